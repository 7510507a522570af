"""Published networks as stacks of windows, to check receptive fields against."""

from coursekit.geometry import Window


def reference_networks():
    """Published networks, each as the list of windows on its longest path.

    Returns
    -------
    dict of str to list of Window
        First layer first; images are 2-D, sound and series 1-D. Padding stands in numbers. Where
        a net pads "same" at stride 2, these are the numbers for inputs of even size, 0 before
        and 1 after, which TensorFlow's nets get at their usual 224 pixels (the odd one out are
        strided layers of the ResNets other than a pool, which pad by hand).

        "AlexNet-v2" [1]_ [2]_: up to pool5.
        "VGG-16 pool5", "VGG-16 fc6" [3]_: all convolutions and pools; and the first fully
        connected layer as the 7x7 convolution that it is.
        "ResNet-v1-50", "-101", "-152", "-200" [4]_ [2]_: as in TF-slim, with the stride of a
        block in the 3x3 convolution of its last unit; without the head.
        "ResNet-50 torchvision" [5]_: stride in the 3x3 of a block's first unit.
        "MobileNet-v1" [6]_ [2]_: width plays no part; without the head.
        "WaveNet stack", "WaveNet 3 stacks" [7]_: dilated convolutions of two taps, 1 to 512.
        "TCN k=7", "TCN k=8" [8]_: 8 blocks of two convolutions at rates 1 to 128.
        "Yu-Koltun context" [9]_: the basic context module, padded to keep the map's size.
        "DeepLabv3 ASPP 1x1", "... rate 6", "... rate 12", "... rate 18" [10]_: the parallel
        branches on the features at output stride 16 (the paper doubles the rates at 8), each
        with the 1x1 projection behind them.

    References
    ----------
    .. [1] Krizhevsky (2014), One weird trick for parallelizing convolutional neural networks,
       arXiv:1404.5997.
    .. [2] Araujo, Norris, Sim (2019), Computing Receptive Fields of Convolutional Neural
       Networks, Distill, doi:10.23915/distill.00021: the TF-slim variants, and their numbers.
    .. [3] Simonyan, Zisserman (2015), Very deep convolutional networks for large-scale image
       recognition, arXiv:1409.1556.
    .. [4] He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition,
       arXiv:1512.03385.
    .. [5] torchvision.models.resnet50, whose documentation names the place of the stride.
    .. [6] Howard et al. (2017), MobileNets, arXiv:1704.04861.
    .. [7] van den Oord et al. (2016), WaveNet, arXiv:1609.03499.
    .. [8] Bai, Kolter, Koltun (2018), An empirical evaluation of generic convolutional and
       recurrent networks for sequence modeling, arXiv:1803.01271.
    .. [9] Yu, Koltun (2016), Multi-scale context aggregation by dilated convolutions,
       arXiv:1511.07122, table 1.
    .. [10] Chen et al. (2017), Rethinking atrous convolution for semantic image segmentation,
       arXiv:1706.05587.

    Examples
    --------
    >>> from coursekit.analysis import receptive_field
    >>> receptive_field(reference_networks()["VGG-16 pool5"])
    ReceptiveField(size=(212, 212), jump=(32, 32), start=(-90, -90))
    """
    vgg = _vgg_16()
    networks = {"AlexNet-v2": _alexnet_v2(), "VGG-16 pool5": vgg,
                "VGG-16 fc6": [*vgg, Window((7, 7))]}
    for depth, units in _UNITS.items():
        networks[f"ResNet-v1-{depth}"] = _resnet_v1(units)
    networks["ResNet-50 torchvision"] = _resnet_torchvision(_UNITS[50])
    networks["MobileNet-v1"] = _mobilenet_v1()
    wavenet = [_causal(2, 2**i) for i in range(10)]
    networks |= {"WaveNet stack": wavenet, "WaveNet 3 stacks": wavenet * 3}
    for k in (7, 8):
        networks[f"TCN k={k}"] = [_causal(k, 2**i) for i in range(8) for _ in range(2)]
    networks["Yu-Koltun context"] = [_dilated(d) for d in (1, 1, 2, 4, 8, 16, 1)] + [_POINT]
    networks["DeepLabv3 ASPP 1x1"] = [_POINT, _POINT]
    for rate in (6, 12, 18):
        networks[f"DeepLabv3 ASPP rate {rate}"] = [_dilated(rate), _POINT]
    return networks


# Units of the four blocks of each ResNet.
_UNITS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 24, 36, 3)}

_POINT = Window((1, 1))
# Padding "same" at stride 2 for an input of even size.
_HALVING = Window((3, 3), stride=2, padding=((0, 1), (0, 1)))


def _dilated(rate):
    return Window((3, 3), padding=rate, dilation=rate)


def _causal(kernel_size, rate):
    return Window(kernel_size, padding="causal", dilation=rate)


def _alexnet_v2():
    conv, pool = Window((3, 3), padding=1), Window((3, 3), stride=2)
    first = [Window((11, 11), stride=4), pool, Window((5, 5), padding=2), pool]
    return [*first, conv, conv, conv, pool]


def _vgg_16():
    conv, pool = Window((3, 3), padding=1), Window((2, 2), stride=2)
    return [layer for n in (2, 2, 3, 3, 3) for layer in (*[conv] * n, pool)]


def _bottleneck(stride):
    return [_POINT, Window((3, 3), stride=stride, padding=1), _POINT]


def _resnet_v1(units):
    layers = [Window((7, 7), stride=2, padding=3), _HALVING]
    for block, number in enumerate(units):
        last_stride = 2 if block < 3 else 1
        for unit in range(number):
            layers += _bottleneck(last_stride if unit == number - 1 else 1)
    return layers


def _resnet_torchvision(units):
    layers = [Window((7, 7), stride=2, padding=3), Window((3, 3), stride=2, padding=1)]
    for block, number in enumerate(units):
        first_stride = 2 if block > 0 else 1
        for unit in range(number):
            layers += _bottleneck(first_stride if unit == 0 else 1)
    return layers


def _mobilenet_v1():
    layers = [_HALVING]
    for stride in (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1):
        layers += [_HALVING if stride == 2 else Window((3, 3), padding=1), _POINT]
    return layers
