"""Published networks: receptive field, stride and padding, as their authors or Distill say."""

import pytest

import coursekit as ck
from coursekit import Window

NETWORKS = ck.reference_networks()


@pytest.mark.parametrize(("name", "size", "jump", "before"), [
    # Araujo, Norris, Sim (2019), Distill, table of TF-slim nets: field, stride, padding.
    ("AlexNet-v2", 195, 32, 64),
    ("VGG-16 pool5", 212, 32, 90),
    ("ResNet-v1-50", 483, 32, 239),
    ("ResNet-v1-101", 1027, 32, 511),
    ("ResNet-v1-152", 1507, 32, 751),
    ("ResNet-v1-200", 1763, 32, 879),
    ("MobileNet-v1", 315, 32, 126),
    # By brute force over the layers.
    ("VGG-16 fc6", 404, 32, 90),
    ("ResNet-50 torchvision", 427, 32, 213),
    ("WaveNet stack", 1024, 1, 1023),
    ("WaveNet 3 stacks", 3070, 1, 3069),
    # 1 + 2 (k - 1) (2**L - 1), Bai, Kolter, Koltun (2018), two convolutions a block.
    ("TCN k=7", 1 + 2 * 6 * 255, 1, 3060),
    ("TCN k=8", 1 + 2 * 7 * 255, 1, 3570),
    # Yu, Koltun (2016), table 1.
    ("Yu-Koltun context", 67, 1, 33),
    ("DeepLabv3 ASPP 1x1", 1, 1, 0),
    ("DeepLabv3 ASPP rate 6", 13, 1, 6),
    ("DeepLabv3 ASPP rate 12", 25, 1, 12),
    ("DeepLabv3 ASPP rate 18", 37, 1, 18),
])
def test_the_numbers_their_authors_give(name, size, jump, before):
    layers = NETWORKS[name]
    rank = len(layers[0].kernel_size)
    assert ck.receptive_field(layers) == ((size,) * rank, (jump,) * rank, (-before,) * rank)


def test_networks_are_lists_of_windows_with_padding_in_numbers():
    assert len(NETWORKS) == 18
    for layers in NETWORKS.values():
        assert isinstance(layers, list) and all(isinstance(layer, Window) for layer in layers)
        assert all(layer.padding != "same" for layer in layers)


def test_depths_count_the_layers_with_weights():
    """But for the fully connected one, in whose place a ResNet's pool is counted here."""
    for depth in (50, 101, 152, 200):
        assert len(NETWORKS[f"ResNet-v1-{depth}"]) == depth
    assert len(NETWORKS["ResNet-50 torchvision"]) == 50
    assert sum(layer.kernel_size == (3, 3) for layer in NETWORKS["VGG-16 pool5"]) == 13
    assert len(NETWORKS["MobileNet-v1"]) == 27


@pytest.mark.parametrize(("name", "size"), [
    ("ResNet-v1-50", 7), ("MobileNet-v1", 7), ("VGG-16 pool5", 7), ("ResNet-50 torchvision", 7),
    ("AlexNet-v2", 5), ("VGG-16 fc6", 1),
])
def test_an_image_of_224_pixels_ends_as_their_authors_say(name, size):
    assert ck.summary(NETWORKS[name], (3, 224, 224)).rows[-1].output_shape == (3, size, size)


def test_each_call_gives_lists_of_its_own():
    ck.reference_networks()["TCN k=7"].clear()
    assert ck.reference_networks()["TCN k=7"] == NETWORKS["TCN k=7"]
