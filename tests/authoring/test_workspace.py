"""The learner's workspace: filled, never overwritten."""

from coursekit.authoring.workspace import course_folder, make_workspace


def test_everything_is_copied_but_solutions(tmp_path):
    made = make_workspace(tmp_path / "deep" / "mine")
    names = {path.relative_to(tmp_path / "deep/mine").as_posix() for path, _ in made}
    assert {"lessons/06_gridding.ipynb", "exercises/06_gridding.ipynb"} <= names
    assert "lessons/glossary.md" in names
    assert all(added for _, added in made)
    assert not list(tmp_path.rglob("solutions"))
    for path, _ in made:
        assert path.read_bytes() == (course_folder(path.parent.name) / path.name).read_bytes()


def test_a_second_run_keeps_edits_and_adds_what_is_missing(tmp_path):
    (first, _), (second, _) = make_workspace(tmp_path)[:2]
    first.write_text("my own work")
    second.unlink()
    again = dict(make_workspace(tmp_path))
    assert first.read_text() == "my own work"
    assert again[first] is False and again[second] is True
    assert second.exists()
