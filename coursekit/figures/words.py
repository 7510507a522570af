"""The words that captions and alt texts share."""


def by(numbers):
    """"13 x 13"."""
    return " x ".join(map(str, numbers))


def count(number, noun):
    """"1 sample", "2 samples"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _axes(numbers):
    return str(numbers[0]) if len(set(numbers)) == 1 else by(numbers)


def named(layers):
    """"3 layers with rates 1, 2, 4", and their strides where one exceeds 1."""
    plural = "s" if len(layers) > 1 else ""
    rates = ", ".join(_axes(layer.dilation) for layer in layers)
    text = f"{count(len(layers), 'layer')} with rate{plural} {rates}"
    if any(max(layer.stride) > 1 for layer in layers):
        strides = ", ".join(_axes(layer.stride) for layer in layers)
        text += f" and stride{plural} {strides}"
    return text


def reads(read, size, share=""):
    """What an output reads of the `size` samples it sees, and what it never reads."""
    holes = size - read
    if not holes:
        return f"reads all of them{share}."
    return f"reads {read} of them{share}; {holes} {'is' if holes == 1 else 'are'} never read."
