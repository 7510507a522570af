"""`new`: names and numbers, and an exercise that reads as it stands."""

import pytest

from coursekit.authoring import notebook, template


def test_it_takes_the_next_number_and_follows_the_rules(tmp_path):
    first = template.lay_out("pooling", tmp_path)
    second = template.lay_out("07_more_of_it", tmp_path)
    third = template.lay_out("last", tmp_path)
    assert [path.name for path in (first, second, third)] == [
        "01_pooling.py", "07_more_of_it.py", "08_last.py"
    ]
    source = notebook.read_source(second)
    assert source.cells[0].source.startswith("# Exercise 07: more of it")
    assert 'exercise("07_more_of_it")' in source.of_role("setup")[0].source
    assert {notebook.role(cell) for cell in source.cells} >= {
        "setup", "hint", "answer", "example", "graded", "alternative", "misconception"
    }


@pytest.mark.parametrize("name", ["", "Pooling", "a-b", "../x", "7_x", "_x", "07_", "a b", "ä"])
def test_what_is_no_name_is_refused(tmp_path, name):
    with pytest.raises(template.NameTaken, match="name an exercise with small letters"):
        template.lay_out(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_number_in_use_is_refused_and_nothing_is_overwritten(tmp_path):
    path = template.lay_out("03_here", tmp_path)
    path.write_text("mine")
    for name in ("03_here", "03_there"):
        with pytest.raises(template.NameTaken, match=r"number 03 is in use: .*03_here\.py"):
            template.lay_out(name, tmp_path)
    assert path.read_text() == "mine" and len(list(path.parent.iterdir())) == 1


def test_after_99_the_gaps_are_filled(tmp_path):
    template.lay_out("99_last", tmp_path)
    assert template.lay_out("next", tmp_path).name == "01_next.py"
