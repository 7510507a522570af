"""The words that captions and alt texts share."""


def by(numbers):
    """"13 x 13"."""
    return " x ".join(map(str, numbers))


def count(number, noun):
    """"1 sample", "2 samples"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def each(entries):
    """One entry an axis: said once where all are equal, "2 x 1" where not."""
    return str(entries[0]) if len(set(entries)) == 1 else by(entries)


def listed(names):
    """"a", "a and b", "a, b and c"."""
    *most, last = map(str, names)
    return f"{', '.join(most)} and {last}" if most else last


def short(number):
    """A count in at most five characters and its thousands: "37,152", "17.7 M", "1.2 G"."""
    for limit, unit in ((1e15, ""), (1e12, " T"), (1e9, " G"), (1e6, " M")):
        if number >= limit:
            return f"{number / limit:.1f}{unit}" if unit else f"{number:.1e}"
    return f"{number:,.0f}"


def named(layers):
    """"3 layers with rates 1, 2, 4", and their strides where one exceeds 1."""
    text = f"{count(len(layers), 'layer')} with {rates(layers)}"
    if any(max(layer.stride) > 1 for layer in layers):
        strides = ", ".join(each(layer.stride) for layer in layers)
        text += f" and stride{'s' if len(layers) > 1 else ''} {strides}"
    return text


def rates(layers):
    """"rates 1, 2, 4", a stack's name where it has no other."""
    plural = "s" if len(layers) > 1 else ""
    return f"rate{plural} " + ", ".join(each(layer.dilation) for layer in layers)


def reads(read, size, share=""):
    """What an output reads of the `size` samples it sees, and what it never reads."""
    holes = size - read
    if not holes:
        return f"reads all of them{share}."
    return f"reads {read} of them{share}; {holes} {'is' if holes == 1 else 'are'} never read."
