"""The table of a net: its rows as data, as text and as HTML."""

import html.parser
import math

from hypothesis import given
from nets import decoders, fixed, nets

import coursekit as ck
from coursekit import Window, nn

CONV = {"padding": "same"}
NET = nn.Sequential(
    nn.Conv(8, (3, 3), **CONV),
    nn.Residual(nn.Conv(8, (3, 3), dilation=2, **CONV), nn.Relu(),
                nn.Residual(nn.Conv(8, (3, 3), groups=8, **CONV))),
    nn.MaxPool((2, 2)),
    nn.Parallel(nn.Conv(4, (1, 1)), nn.Sequential(nn.Conv(4, (3, 3), padding=6, dilation=6),
                                                  nn.Relu())),
    nn.Upsample(2),
    nn.Attention(2, window=(3, 3), dilation=(2, 1)),
    nn.GlobalAvgPool(),
    nn.Linear(3),
)


def test_the_table_to_the_letter():
    expected = """\
layer                                 output       parameters     MACs  receptive field
---------------------------------------------------------------------------------------
input                                 1 x 16 x 16
[0] Conv 3x3                          8 x 16 x 16          80   18,432  3 x 3
[1] Residual                          8 x 16 x 16                       9 x 9
  [1][0] Conv 3x3 rate 2              8 x 16 x 16         584  147,456  7 x 7
  [1][1] Relu                         8 x 16 x 16                       7 x 7
  [1][2] Residual                     8 x 16 x 16                       9 x 9
    [1][2][0] Conv 3x3 8 groups       8 x 16 x 16          80   18,432  9 x 9
[2] MaxPool 2x2 stride 2              8 x 8 x 8                         10 x 10
[3] Parallel                          8 x 8 x 8                         34 x 34
  [3].branches[0] Conv 1x1            4 x 8 x 8            36    2,048  10 x 10
  [3].branches[1][0] Conv 3x3 rate 6  4 x 8 x 8           292   18,432  34 x 34
  [3].branches[1][1] Relu             4 x 8 x 8                         34 x 34
[4] Upsample by 2                     8 x 16 x 16                       37 x 37
[5] Attention 3x3 rate 2x1 2 heads    8 x 16 x 16         256  102,400  41 x 39
[6] GlobalAvgPool                     8                                 all
[7] Linear                            3                    27       24  all
---------------------------------------------------------------------------------------
total                                 3                 1,355  307,224  all
18,187 activations; with the parameters 78,168 bytes in float32"""
    table = ck.summary(NET, (1, 16, 16))
    assert str(table) == repr(table) == expected


def test_rows_are_data_and_add_up():
    table = ck.summary(NET, [1, 16, 16])
    assert table.input_shape == (1, 16, 16)
    assert table.total == ck.cost(NET, (1, 16, 16))
    assert sum(row.parameters for row in table.rows) == table.total.parameters
    assert sum(row.macs for row in table.rows) == table.total.macs
    row = table.rows[2]
    assert row == ("layers[1][0]", 1, "Conv 3x3 rate 2", (8, 16, 16), 584, 147456, (7, 7))
    assert row.receptive_field == (7, 7)
    assert table.rows[-1].receptive_field == (math.inf, math.inf)


def test_a_stack_of_windows_and_bare_layers_of_layers_have_tables():
    windows = [Window(3, stride=2, padding=1), Window(2, dilation=4)]
    names = [row.name for row in ck.summary(windows, (3, 16)).rows]
    assert names == ["Window 3 stride 2", "Window 2 rate 4"]
    labels = [row.label for row in ck.summary(nn.Residual(nn.Relu()), (3, 16)).rows]
    assert labels == ["layers", "layers[0]"]
    assert "Residual" in str(ck.summary(nn.Residual(nn.Relu()), (3, 16)))
    nested = ck.summary([nn.Sequential(nn.Sequential(nn.Relu())), nn.Linear(2)], (5,)).rows
    assert [(row.label, row.depth) for row in nested] == [
        ("layers[0]", 0), ("layers[0][0]", 1), ("layers[0][0][0]", 2), ("layers[1]", 0),
    ]
    assert nested[0].receptive_field == ()


def test_same_at_a_stride_has_a_receptive_field_as_the_shape_is_known():
    branch = nn.Sequential(nn.Conv(1, 3, stride=2, padding="same"))
    even = ck.summary(nn.Parallel(branch, nn.MaxPool(1, stride=2)), (1, 8)).rows[0]
    assert even.receptive_field == (3,)
    beside = nn.Parallel(branch, nn.MaxPool(3, stride=2, padding=((1, 1),)), merge="sum")
    # On 8 samples "same" pads 0 before, on 9 samples 1: the pool's taps stand beside or upon it.
    assert ck.summary(beside, (1, 8)).rows[0].receptive_field == (4,)
    assert ck.summary(beside, (1, 9)).rows[0].receptive_field == (3,)


def test_outputs_off_the_inputs_grid_have_no_receptive_field():
    table = ck.summary([Window(3), nn.Upsample(2), nn.Conv(1, 3)], (1, 8))
    assert [row.receptive_field for row in table.rows] == [(3,), None, None]
    assert [line.split()[-1] for line in str(table).splitlines()[4:6]] == ["-", "-"]


@given(net=nets())
@fixed(60)
def test_the_last_row_sees_what_the_net_sees(net):
    size = ck.receptive_field(net).size
    rows = ck.summary(net, (1, *(16,) * len(size))).rows
    assert [row for row in rows if row.depth == 0][-1].receptive_field == size


@given(net=decoders())
@fixed(30)
def test_also_where_it_upsamples(net):
    rows = ck.summary(net, (1, 720)).rows
    assert [row for row in rows if row.depth == 0][-1].receptive_field == (
        ck.receptive_field(net).size
    )


class Tables(html.parser.HTMLParser):
    """Words of each table cell, and that every tag is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.cells = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1] in ("td", "th"):
            self.cells[-1] += data


def test_a_notebook_shows_the_same_cells():
    table = ck.summary(NET, (1, 16, 16))
    tables = Tables()
    tables.feed(table._repr_html_())
    assert tables.open == []
    assert len(tables.cells) == 5 * (len(table.rows) + 3)
    words = " ".join(" ".join(tables.cells).split())
    text = str(table).replace("-" * 87, "")
    assert words == " ".join(" ".join(text.splitlines()[:-1]).split())
    assert tables.cells[20] == "[1][0] Conv 3x3 rate 2"
    assert 'padding-left: 3em">[1][0] Conv' in table._repr_html_()
