"""The command line as users run it: results, one-line complaints, exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "grading"))
import samples


def run(*words, cwd, **options):
    return subprocess.run(
        [sys.executable, "-m", "coursekit.cli", *map(str, words)],
        cwd=cwd, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **options,
    )


def complaint(done, code):
    """The one line a user's mistake ends in."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("coursekit: ")
    return line


def test_each_command_has_help_with_an_example(tmp_path):
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in ("learn", "check", "progress", "new", "build", "verify", "grade", "doctor"):
        assert command in done.stdout
        assert f"Example: coursekit {command}" in run(command, "--help", cwd=tmp_path).stdout


def test_grade_prints_a_gradebook_and_writes_it(tmp_path):
    folder = tmp_path / "submissions"
    samples.write(folder)
    keep = ("right.ipynb", "not_json.ipynb", "untouched.ipynb")
    for path in folder.iterdir():
        if path.name not in keep:
            path.unlink()
    done = run("grade", folder, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "sandbox: none" in done.stdout and "8/8" in done.stdout
    assert "no sandbox" in done.stderr
    rows = (tmp_path / "grades" / "gradebook.csv").read_text().splitlines()
    assert rows[0] == "submission,paths,share-read,take-apart,no-holes,total,out of,notes"
    assert [row.split(",")[:6] for row in rows[1:]] == [
        ["not_json", "0", "0", "0", "0", "0"],
        ["right", "2", "2", "2", "2", "8"],
        ["untouched", "0", "0", "0", "0", "0"],
    ]
    assert sorted(p.stem for p in (tmp_path / "grades/records").iterdir()) == [
        "not_json", "right", "untouched"
    ]


def test_a_pipe_or_a_device_among_the_files_is_a_row(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "zero.ipynb").symlink_to("/dev/zero")
    (folder / "folder.ipynb").mkdir()
    (folder / "gone.ipynb").symlink_to("nowhere")
    done = run("grade", folder, "--exercise", "06_gridding", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "grades" / "gradebook.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["folder", "gone", "pipe", "zero"]
    assert all("not a regular file" in row for row in rows)


def test_files_of_one_name_in_several_folders_are_told_apart(tmp_path):
    for student in ("ada", "bob"):
        (tmp_path / "in" / student).mkdir(parents=True)
        (tmp_path / "in" / student / "06.ipynb").write_text("")
    done = run("grade", "in", "in/ada/06.ipynb", "--exercise", "06_gridding", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "grades" / "gradebook.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["ada/06", "bob/06", "06"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grade", "nowhere"], "no such file or folder: nowhere"),
        (["grade", "."], "no .ipynb files in ."),
        (["grade", "empty.ipynb"], "name the exercise with --exercise; the notebooks say: none"),
        (["grade", "empty.ipynb", "--exercise", "x"], "no exercise 'x' in "),
        (["build", "nowhere"], "no lessons/NN_topic.py or solutions/NN_topic.py in nowhere"),
        (["learn", "afile"], "afile is a file; name a folder for the workspace"),
        (["progress"], ". is in no workspace; coursekit learn makes one"),
        (["new", "Pooling"], "name an exercise with small letters, digits and underscores"),
        (["verify"], "no solutions/NN_topic.py in ."),
        (["verify", "--only", "01_x"], "no exercise '01_x' in solutions; there are: none"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(tmp_path, words, said):
    (tmp_path / "afile").write_text("")
    if "empty.ipynb" in words:
        (tmp_path / "empty.ipynb").write_text("")
    assert said in complaint(run(*words, cwd=tmp_path), 2)


@pytest.mark.parametrize("words", [["grade"], ["nonsense"], ["grade", ".", "--cell-seconds", "x"]])
def test_wrong_arguments_exit_with_2(tmp_path, words):
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_a_wrong_call_leaves_nothing_behind_and_obeys_no_submission(tmp_path):
    forged = samples.handed_in({}).replace('"unit": "06_gridding"', '"unit": "x\\u001b[2J"')
    (tmp_path / "s.ipynb").write_text(forged)
    line = complaint(run("grade", "s.ipynb", cwd=tmp_path), 2)
    assert "no exercise 'x\\x1b[2J'" in line and "\x1b" not in line
    assert [path.name for path in tmp_path.iterdir()] == ["s.ipynb"]


def test_grading_into_a_file_is_refused(tmp_path):
    samples.write(tmp_path / "in")
    (tmp_path / "grades").write_text("mine")
    done = run("grade", tmp_path / "in" / "untouched.ipynb", cwd=tmp_path)
    assert "grades" in complaint(done, 1)
    assert (tmp_path / "grades").read_text() == "mine"


def test_build_check_names_what_differs(tmp_path):
    (tmp_path / "lessons").mkdir()
    source = tmp_path / "lessons" / "01_test.py"
    source.write_text("# %% A title [markdown]\n# text\n\n# %% One\nprint(1)\n")
    assert run("build", cwd=tmp_path).stdout == "built 1 sources\n"
    assert run("build", "--check", cwd=tmp_path).stdout == "checked 1 sources\n"
    source.write_text(source.read_text().replace("print(1)", "print(2)"))
    done = run("build", "--check", cwd=tmp_path)
    assert done.returncode == 1
    assert "lessons/01_test.py:4: cell 'one' differs in lessons/01_test.ipynb" in done.stdout


def test_an_exercise_of_ones_own_from_new_to_grade(tmp_path):
    """The whole way of an author and a learner, in a folder that is not the course."""
    assert run("new", "pooling", cwd=tmp_path).stdout.startswith("made solutions/01_pooling.py\n")
    assert "in use" in complaint(run("new", "01_other", cwd=tmp_path), 2)
    assert run("build", cwd=tmp_path).returncode == 0
    done = run("verify", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "always every second" in done.stdout and "62% │ name" in done.stdout

    source = tmp_path / "solutions" / "01_pooling.py"
    sound = source.read_text()
    source.write_text(sound.replace("int(rng.integers(1, 5))", "2"))  # a weaker check
    done = run("verify", cwd=tmp_path)
    assert done.returncode == 1
    assert "01_pooling.py:49: cell 'misconception-always-every-second'" in done.stdout
    assert "the misconception gets 2 points" in done.stdout
    source.write_text(sound)

    (tmp_path / "mine" / ".coursekit").mkdir(parents=True)
    mine = tmp_path / "mine" / "exercises" / "01_pooling.ipynb"
    mine.parent.mkdir()
    (tmp_path / "mine" / "solutions").symlink_to(tmp_path / "solutions")
    text = (tmp_path / "exercises" / "01_pooling.ipynb").read_text()
    stub = 'raise NotImplementedError(\\"write your answer here\\")'
    assert stub in text
    mine.write_text(text.replace(stub, "return samples[: len(samples) // step]"))
    done = run("check", mine, "--hints", "1", cwd=tmp_path)
    assert done.returncode == 1
    assert "thin: not right yet. It fails on" in done.stdout and "hint 1 of 1" in done.stdout
    assert (mine.parent / "feedback" / "01_pooling-thin.png").is_file()
    mine.write_text(text.replace(stub, "return [samples[n] for n in range(0, len(samples), step)]"))
    done = run("check", mine, cwd=tmp_path)
    assert done.returncode == 0 and "thin: right." in done.stdout
    assert "1 of 1 answers right, 2 of 2 points" in done.stdout
    (row,) = json.loads(run("progress", "mine", "--json", cwd=tmp_path).stdout)
    assert (row["points"], row["answers"][0]["tries"]) == (2, 2)
    assert "thin" in run("progress", "mine", cwd=tmp_path).stdout

    done = run("grade", mine, "--course", ".", cwd=tmp_path)
    assert done.returncode == 0 and "2/2" in done.stdout


def test_a_source_that_breaks_a_rule_ends_each_command_in_one_line(tmp_path):
    run("new", "pooling", cwd=tmp_path)
    source = tmp_path / "solutions" / "01_pooling.py"
    source.write_text(source.read_text().replace("    ### END SOLUTION\n", ""))
    said = "solutions/01_pooling.py:28: cell 'Answer: thin': an answer needs ### BEGIN SOLUTION"
    for words in (["build"], ["build", "--check"], ["verify"]):
        done = run(*words, cwd=tmp_path)
        assert done.returncode == 1 and said in done.stdout and "Traceback" not in done.stderr


def test_doctor_finds_everything_here(tmp_path):
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    for word in ("Python", "NumPy", "kernels", "jupyterlab", "lessons"):
        assert word in done.stdout


def test_doctor_names_the_mend_where_no_kernel_is_compiled(tmp_path):
    block = tmp_path / "sitecustomize.py"
    block.write_text(
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('coursekit.kernels._'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
    )
    done = run("doctor", cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert "MISSING  kernels" in done.stdout and "mend: " in done.stdout
    assert "runs on its NumPy reference" in done.stderr


def test_learn_serves_the_notebooks_and_keeps_edits(tmp_path):
    """JupyterLab answers at the printed URL with the workspace behind it."""
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        port = taken.getsockname()[1]  # in use, so the next free one must be found
        url = _serve_once(tmp_path, port, signal.SIGINT)
    assert int(url.split(":")[2].split("/")[0]) != port
    lesson = tmp_path / "ws" / "lessons" / "06_gridding.ipynb"
    lesson.write_text(lesson.read_text().replace("Gridding", "My notes"))
    mine = lesson.read_text()
    _serve_once(tmp_path, port, signal.SIGTERM)
    assert lesson.read_text() == mine


def _serve_once(folder, port, ending):
    """Start `coursekit learn`, check what it serves, end it by a signal; return the URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "coursekit.cli", "learn", "ws", "--port", str(port),
         "--no-browser"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    try:
        url = None
        end = time.monotonic() + 90
        while url is None and time.monotonic() < end:
            line = process.stdout.readline()
            if not line:
                break
            if "http://" in line:
                url = line.strip()
        assert url, "no URL was printed"
        base, token = url.split("/lab/tree/")[0], url.split("token=")[1]
        for path in ("lessons/06_gridding.ipynb", "exercises/06_gridding.ipynb"):
            request = f"{base}/api/contents/{path}?token={token}"
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.status == 200
        process.send_signal(ending)
        assert process.wait(timeout=30) == 0
        with pytest.raises(OSError):  # the server is gone, too
            urllib.request.urlopen(f"{base}/api", timeout=5)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    return url
