# %% This net hears 1024 samples. Is that a word? [markdown]
# # 10 Audio and time series: this net hears 1024 samples. Is that a word?
#
# Ten layers of two taps, with rates 1, 2, 4, up to 512: each output sees 1024 samples. Nets built
# from such stacks have learned to speak. So how much of a sentence do they hear: the sentence, a
# word, a syllable? Put your headphones on, for in this lesson a receptive field is something to
# listen to. Then the same net will listen to a heart and look at the sun, and its 1024 samples will
# turn out to be something else each time.
#
# After this lesson you can
#
# - turn a receptive field into milliseconds, heartbeats or years, and build a net that sees as many
#   of these as you need;
# - test that a net does not look into the future, and tell a forecast that cheats;
# - run a net sample by sample, as the sound comes in, with exactly the outputs of the whole;
# - ask of any forecast what a linear model does with the same view.
#
# **About 60 minutes.** You need lessons 02, 03 and 06; lesson 07 helps. Where you are asked to
# predict, write your prediction down before you run the next cell.

# %% Recall: one axis, and it is time [markdown]
# ## Recall: one axis, and it is time
#
# - A layer of `k` taps at rate `d` adds `(k - 1) d` samples to what a stack sees.
# - With `k` taps and rates 1, k, k * k, ... a stack sees as far as rates can make it, and each
#   sample has one path (lesson 07). For two taps these are the doubling rates.
#
# A sound, once recorded, is a row of numbers: the pressure of the air, measured many times a
# second. Here it is 16,000 times. A computer speaks one sentence, of two and a half seconds.
# Listen, and write down what it says.

# %% Hear the sentence tags=["nbval-ignore-output"]
from collections import deque

import numpy as np
from IPython.display import Audio, display

import coursekit as ck

sound, per_second = ck.data.load_speech()
sound = sound[:int(2.56 * per_second)]  # silence behind it
Audio(sound, rate=per_second)

# %% Predict: what does one stack hear? [markdown]
# *A filter with holes hears a long way back.*
#
# Stop the sentence in the word "holes", before its last sound, the "s" (which is spoken like a
# "z"). A net that has to go on speaking from there hears its past, and nothing else. One stack
# hears 1024 samples. WaveNet, the net for speech that we borrow the rates from, has several such
# stacks on top of each other; three of them hear 3070.
#
# **Predict.** Three sounds follow: the last 1024 samples, the last 3070, and the whole word so far.
# What will you recognise in each? (They are short. Play each more than once. `padding="causal"` in
# the code lets a layer hear the past and nothing else; later in this lesson you test whether it
# does.)

# %% Hear what the net hears tags=["nbval-ignore-output"]
now = int(1.10 * per_second)  # in "holes", before the last sound
one = [ck.Window(2, dilation=2**layer, padding="causal") for layer in range(10)]

spans = {"one stack": ck.receptive_field(one).size[0],
         "three stacks": ck.receptive_field(3 * one).size[0],
         "the word so far": now - int(0.753 * per_second)}
for name, span in spans.items():
    print(name, "-", span, "samples")
    display(Audio(sound[now - span:now], rate=per_second))

# %% Samples and milliseconds
for name, span in spans.items():
    print(f"{name:15} {span} samples = {1000 * span / per_second:.1f} ms")
assert spans["one stack"] == 1024 and spans["three stacks"] == 3070

# %% A blip [markdown]
# One stack hears a blip of 64 milliseconds: perhaps a vowel, certainly no word. Three stacks hear
# 192 ms of a long "oh". Neither hears the "h" at the beginning. Holes, poles, goals, coals: by now
# the first sound is beyond their hearing, and whatever they say next cannot depend on it.
#
# (Why 3070 and not 3 times 1024? Each stack adds 1023 samples, and the one we start from is counted
# once: 1 + 3 * 1023.)
#
# Here is the same as a picture. Where a line is flat, the net hears nothing.

# %% What is heard of the word tags=["nbval-ignore-output"]
time = np.arange(int(0.70 * per_second), now)
heard = {"the sentence so far": 2 + sound[time]}
for name, shift in (("three stacks", 0), ("one stack", -2)):
    heard[name] = shift + np.where(time >= now - spans[name], sound[time], 0)

ck.figures.draw_lines(
    1000 * (time - now)[::4] / per_second, {name: line[::4] for name, line in heard.items()},
    title="What a net hears of the word in which it stands",
    xlabel="time before now, ms", ylabel="pressure, lines shifted",
)

# %% Words are long [markdown]
# The authors of WaveNet met this too. A net of theirs that spoke without a text babbled, with no
# sense that lasted. In part they put it down to its receptive field of about 300 ms: the last two
# or three speech sounds.
#
# **Predict.** Which words of our sentence fit into three stacks whole? The times in the next cell
# are those at which the computer that speaks began each word.

# %% Which words fit?
words = ["A", "filter", "with", "holes", "hears", "a", "long", "way", "back"]
starts = [0, 0.093, 0.542, 0.753, 1.190, 1.541, 1.645, 1.917, 2.164, 2.556]  # seconds

for word, start, stop in zip(words, starts[:-1], starts[1:]):
    length = stop - start
    print(f"{word:6} {length:.2f} s", "fits" if length * per_second <= 3070 else "is too long")

# %% A worked example: a word, and a sentence [markdown]
# ## A worked example: hear a whole word
#
# Only the two "a". Let us build a net that hears "holes", 0.437 s, from two taps and doubling
# rates. In samples that is 0.437 * 16,000 = 6992. With `L` layers the stack sees `2**L`, and
# 2**12 = 4096 is too small, 2**13 = 8192 is enough: **13 layers.**
#
# With stacks of ten, as WaveNet has them, each adds 1023: 1 + 7 * 1023 = 7162, so seven stacks,
# **70 layers.** Repeating a stack sees farther in straight steps, adding layers to it doubles what
# it sees. (The 70 layers have more weights, and many paths where the 13 have one; lesson 07 says
# what for.)
#
# ## Your turn: hear the whole sentence
#
# Now 2.556 s, with **three** taps and rates 1, 2, 4, ... How many layers does it take? Put your
# number in place of the 10, and run the cell.

# %% Try a number of layers
layers = 10

stack = [ck.Window(3, dilation=2**layer, padding="causal") for layer in range(layers)]
print(f"{layers} layers hear {ck.receptive_field(stack).size[0] / per_second:.3f} s")

# %% All numbers of layers
for layers in (13, 14, 15):
    stack = [ck.Window(3, dilation=2**layer, padding="causal") for layer in range(layers)]
    size = ck.receptive_field(stack).size[0]
    assert size == 1 + 2 * (2**layers - 1)
    print(f"{layers} layers hear {size / per_second:.3f} s")

# %% Causal [markdown]
# 2.556 s are 40,896 samples; a stack of three taps sees 1 + 2 (2^L - 1), and that needs L = 15.
#
# ## No look into the future
#
# Whoever speaks, forecasts or listens live has only the past. A layer is **causal** if an output
# reads its own sample and earlier ones. That is a matter of padding: put all `(k - 1) d` zeros
# before the first sample, and none behind the last. In the code this is `padding="causal"`. Look
# where the output stands, over its taps.

# %% A causal stack tags=["nbval-ignore-output"]
ck.figures.draw_stack(one[:4])

# %% Predict: one sample is changed [markdown]
# Over the last of them. Does a net keep this promise? Do not ask the padding, ask the net: change
# one sample, and see which outputs move. Our net has three stacks, thirty layers, with weights of 1
# and -1, and the sound comes in whole numbers, so that equal means equal to the last bit.
#
# **Predict.** Which outputs move, counted from the sample that was changed: the first, and the
# last? And if every layer pads with "same", half of the zeros on each side?

# %% Thirty layers
pcm = np.round(32768 * sound.astype(np.float64))  # whole numbers, as they were stored
rates = [2**layer for layer in range(10)] * 3
weights = np.random.default_rng(0).choice([-1.0, 1.0], size=(30, 2))


def net(x, padding="causal"):
    x = x[None, None]
    for rate, pair in zip(rates, weights):
        x = ck.conv(x, pair[None, None], dilation=rate, padding=padding)
    return x[0, 0]

# %% Change one sample
touched = pcm.copy()
touched[20_000] += 1
moved = {}
for padding in ("causal", "same"):
    places = np.flatnonzero(net(touched, padding) != net(pcm, padding)) - 20_000
    moved[padding] = places[0], places[-1]
    print(f"{padding}: outputs {places[0]} to {places[-1]} samples later")
assert moved["causal"] == (0, 3069) and moved["same"][0] < 0

# %% What a perturbation tells [markdown]
# One experiment, two answers. The causal net moves from the very sample on and no earlier: **it
# does not see the future.** And 3069 samples later it moves for the last time: **it has
# forgotten.** What was said longer ago leaves no trace, to the last bit.
#
# With "same" the outputs move 1536 samples before the change: they hear 96 ms of the future. If you
# have the whole recording, that may be what you want. In a forecast it is a leak. Here is the
# smallest leak there is, one sample wide: predict the next sample of the sentence from two taps,
# with the best two weights that exist.
#
# **Predict.** How large is the error with "causal", and how large with "same"?

# %% A forecast that cheats
errors = {}
for padding in ("causal", "same"):
    taps = [ck.conv(pcm[None, None], np.array([[tap]]), padding=padding)[0, 0, 1:-1]
            for tap in ([1.0, 0.0], [0.0, 1.0])]  # what each of the two taps reads
    table, following = np.stack(taps, axis=1), pcm[2:]
    best = np.linalg.lstsq(table, following, rcond=None)[0]
    errors[padding] = np.mean((table @ best - following) ** 2) / np.mean(following**2)
    print(f"{padding}: {errors[padding]:.0%} of the sound is missed, weights {best.round(2) + 0}")
assert errors["causal"] > 0.05 and errors["same"] < 1e-9

# %% Too good [markdown]
# With "same", two taps get one zero, and it goes behind the last sample. So the second tap reads
# the next sample, which is the answer, and the best weights are 0 and 1: copy it. A forecast that
# is perfect has seen the future. A test on another sentence does not give it away, as the leak is
# there too. Changing one sample does, at once.
#
# ## Two in one block
#
# Many nets for time series are built as Bai et al. (2018) built theirs, the **TCN** (temporal
# convolutional network): of **blocks**. A block adds to its input what its layers make of it, and
# the rate doubles from block to block. One of theirs has 8 blocks of 7 taps. Somebody reckons what
# it sees: 1 + 6 (1 + 2 + ... + 128) = 1531 samples.
#
# **Predict.** The function `block` below is one block, as in the paper (apart from what moves no
# tap: normalisation, dropout and a last ReLU). Does the reckoning hold?

# %% A net of blocks
def block(taps, rate):
    conv = ck.nn.Conv(1, taps, dilation=rate, padding="causal", bias=False)
    return ck.nn.Residual(conv, ck.nn.Relu(), conv, ck.nn.Relu())


def seen(taps, blocks):
    tcn = ck.nn.Sequential(*[block(taps, 2**number) for number in range(blocks)])
    click = np.zeros((1, 1, 5000))
    click[0, 0, 0] = 1  # how long does one sample move the output?
    ones = np.ones_like(tcn.init(0, (1, 5000), dtype=float))  # all weights 1: nothing cancels
    return np.count_nonzero(tcn(ones, click))


for taps, blocks in ((2, 3), (7, 8), (8, 8)):
    formula = 1 + 2 * (taps - 1) * (2**blocks - 1)
    assert seen(taps, blocks) == formula
    print(f"{taps} taps, {blocks} blocks: {seen(taps, blocks)} samples; "
          f"counted once: {1 + (taps - 1) * (2**blocks - 1)}")

# %% Count convolutions, not blocks [markdown]
# A block has **two** convolutions, at the same rate, so it adds twice `(k - 1) d`:
#
# $$1 + 2\,(k - 1)\,(2^L - 1)$$
#
# samples for `L` blocks of `k` taps. The shortcut around a block adds nothing: it reads the sample
# itself.
#
# ## As the sound comes in
#
# A telephone cannot wait for the end of the sentence: for each sample that comes in, one has to go
# out. To compute it anew takes the last 3070 samples and a run of all thirty layers over them.
# Nearly all of that was computed before, a sample ago. What does a layer really need, when a sample
# arrives? The new one, and the one of `rate` samples ago. So let each layer keep its last `rate`
# inputs, in a queue: in at one end, out at the other.
#
# **Predict.** How many numbers are in the thirty queues together? You have seen that number.

# %% One sample in, one sample out
def stream(samples):
    queues = [deque([0.0] * rate, maxlen=rate) for rate in rates]
    for x in samples:
        for queue, (old, new) in zip(queues, weights):
            before = queue[0]  # this layer's input of `rate` samples ago
            queue.append(x)  # and the oldest falls out
            x = old * before + new * x  # the input of the next layer
        yield x


part = pcm[12_000:18_000]
streamed = np.array(list(stream(part)))
print("equal to the last bit:", np.array_equal(streamed, net(part)))
print("numbers kept:", sum(rates))
assert np.array_equal(streamed, net(part)) and sum(rates) == 3069

# %% The work for one sample
anew = ck.cost(3 * [ck.Window(2, dilation=rate) for rate in rates[:10]], (1, 3070)).macs
kept = weights.size
print(f"anew: {anew:,} MACs; with queues: {kept}")
assert anew > 1000 * kept

# %% Memory is the receptive field [markdown]
# The outputs are the same, to the last bit, and one costs 60 multiplications instead of a hundred
# thousand. The queues hold 3069 numbers: with the sample that arrives, 3070. **What a causal net
# sees is what it must remember**, neither more nor less; with many channels, as many times that.
#
# (The zeros in the queues at the start are the zeros of the padding.)
#
# ## The same net on another clock
#
# So far, 1024 samples were 64 ms, because there are 16,000 a second. The net knows nothing of
# seconds. Here is a heart: an electrocardiogram, ECG, the voltage between two places on the chest,
# 360 times a second. And here is the sun: how many dark spots it shows, once a **month**, since
# 1749.
#
# **Predict.** A heart beats about twice in a second here; the spots come and go in about eleven
# years. How many beats are there in 1024 samples, and how many cycles of the sun?

# %% Three clocks
voltage, heart_per_second = ck.data.load_ecg()
spots, months = ck.data.load_sunspots()

print(f"speech: {1024 / per_second:.3f} s")
print(f"heart:  {1024 / heart_per_second:.1f} s")
print(f"sun:    {1024 / 12:.0f} years, {1024 / 12 / 11:.1f} cycles of eleven years")

# %% Where are the beats? [markdown]
# The stack that cannot hear a word sees five heartbeats, and nearly eight cycles of the sun.
#
# To count beats we mark them. A beat is a steep rise of the voltage, so take the rise over 8
# samples, and mark where it is the largest within 100 samples on either side; `ck.max_pool` looks
# around for us. A voice has beats, too: the vocal folds open and close about a hundred times a
# second, and each time send a pulse. The same function marks those, with the same 100.
#
# **Predict.** How many pulses of the voice are in 1024 of its samples, and how many beats of the
# heart in 1024 of its own?

# %% Mark the beats
def beats(x):
    around = ck.max_pool(x[None, None], 201, stride=1, padding=100)[0, 0]
    return np.flatnonzero(x == around)


def scaled(x):
    return x / x.std()


heart = scaled(voltage[8:] - voltage[:-8])[60:6000]  # its first, regular seconds
voice = scaled(sound[int(1.28 * per_second):int(1.47 * per_second)])  # in the word "hears"
for name, x in {"heart": heart, "voice": voice}.items():
    print(name, "- beats in 1024 samples:", np.count_nonzero(beats(x) < 1024),
          "- samples from one to the next:", int(np.median(np.diff(beats(x)))))

# %% Look at both tags=["nbval-ignore-output"]
ck.figures.draw_lines(
    np.arange(0, 1024, 2), {"voice": 5 + voice[:1024:2], "heart": heart[:1024:2] - 5},
    title="1024 samples: 64 ms of a voice, and 2.8 s of a heart",
    xlabel="sample", ylabel="in units of the spread, lines shifted",
)

# %% Alike [markdown]
# Some 150 samples from pulse to pulse of the voice, some 180 from beat to beat of the heart. What
# is fifty times faster for you is the same for the net. **A receptive field counts samples. What is
# in it depends on the clock.** So the first question about any net for signals is: how many samples
# does the thing last that it should know?
#
# ## What a memory of one beat is good for
#
# Here is a test of memory that you can hear. Someone is to go on with the "oh" of "holes", from the
# samples so far: forecast the next sample, take the forecast as if it had been spoken, forecast the
# one after it, and so on. We take the plainest forecaster there is: a weight for each sample in
# view, which makes one convolution. Its best weights come from one linear system, without training.
# A **penalty** on large weights keeps them from learning the past by heart; this is called **ridge
# regression**.
#
# **Predict.** What will you hear with 11 samples in view, 0.7 ms, and what with 256, 16 ms, in
# which there is always a pulse?

# %% Speak on
def ridge(x, y, penalty):
    return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y)


def speak_on(past, view, length=3200):
    pasts = np.lib.stride_tricks.sliding_window_view(past[:-1], view)
    best = ridge(pasts, past[view:], penalty=10)
    spoken = past.tolist()
    for _ in range(length):
        spoken.append(best @ spoken[-view:])
    return np.array(spoken)


oh = scaled(pcm[int(0.83 * per_second):now])
for view in (11, 256):
    end = speak_on(oh, view)[-1600:]  # from 0.1 s on
    print(f"{view} in view:", "speaks on" if end.std() > 0.1 else "silence")
    assert end.std() < 1e-3 if view == 11 else end.std() > 0.1

# %% Hear it speak on tags=["nbval-ignore-output"]
for view in (11, 256):
    print(view, "samples in view: 0.1 s as it was, then 0.2 s from the model")
    display(Audio(speak_on(oh, view)[-4800:], rate=per_second))

# %% Silence [markdown]
# Between two pulses the voice rings out, like a bell between two strokes. Whoever sees 11 samples
# sees a bell that rings out, and says so: silence. Whoever sees the last stroke knows that the next
# one is due.
#
# ## Every sample of it?
#
# Now a net. It shall say, **at every sample**, whether a beat came within the last 80 samples, of
# the voice and of the heart. Such a task is called dense: as many answers as samples. Three nets,
# eight layers of two taps with 8 channels each, as many weights in one as in the other:
#
# - rates 1, 2, 4, ..., 128 see 256 samples, and read all of them;
# - rates 1, 1, ..., 1 see 9, and read all of them;
# - rates 32, 32, ..., 32 see 257, and read 9 of them.
#
# All learn from one stretch and are tested on another: for the heart some later seconds, for the
# voice another word. To say always the same is right about half of the time. **Predict** the order
# of the three, and how far they get.

# %% What is right at each sample
def label(x):
    """1 where a beat is among the last 80 samples, 0 elsewhere."""
    marks = np.zeros((1, 1, 79 + len(x)), np.float32)
    marks[0, 0, 79 + beats(x)] = 1
    return ck.max_pool(marks, 80, stride=1)[0, 0].astype(int)


tasks = {"heart": (heart[:4200], heart[4000:]),
         "voice": (voice, scaled(sound[int(1.95 * per_second):int(2.16 * per_second)]))}  # "way"
for name, (learn, test) in tasks.items():
    print(f"{name}: a beat at {label(learn).mean():.0%} of the samples, "
          f"{label(test).mean():.0%} in the test")

# %% Learn and test
def loss(answers, truth):  # from where on all that a net sees is there
    return ck.nn.cross_entropy(answers[:, :, 256:], truth[:, 256:])


def right(rates, learn, test, seed=0):
    layers = [part for rate in rates for part in (
        ck.nn.Conv(8, 2, dilation=rate, padding="causal"), ck.nn.Relu())]
    net = ck.nn.Sequential(*layers, ck.nn.Conv(2, 1))
    places = np.arange(0, len(learn) - 1024, 8)[:, None] + np.arange(1024)
    params = ck.nn.fit(
        net, net.init(seed, (1, 1024)), (learn[places][:, None], label(learn)[places]), loss=loss,
        optimiser=ck.nn.Adam(0.01), steps=60, batch=4, seed=seed, progress=False,
    ).params
    answers = net(params, test[None, None])[0].argmax(axis=0)
    return np.mean(answers[256:] == label(test)[256:])

# %% Three nets, two clocks
for task, (learn, test) in tasks.items():
    wide = right([2**layer for layer in range(8)], learn, test)
    near = right([1] * 8, learn, test)
    far = right([32] * 8, learn, test)
    assert wide > 0.93 and near < 0.75 and near + 0.1 < far < wide - 0.02
    print(f"{task}: rates 1 to 128 are right at more than 93 %, rates 1 at less than 75 %, "
          "rates 32 between")

# %% Dense outputs, dense context [markdown]
# Nine neighbours are not enough: most of the time there is no beat among them. Nine samples far
# apart do better, but now and then a beat slips through the gaps. Only the net that sees a whole
# beat, and reads all of it, is nearly always right. (With this recipe, and so with ten seeds of
# it.) "Dense outputs need dense context": here it holds in two ways, far enough and without holes.
#
# It was one net, with one choice of rates, for sound and for a series of measurements. All it
# asked was that a beat lasts so many samples.
#
# ## Eleven years are 132 samples
#
# **Predict.** How many sunspots will there be in two years, from the monthly counts up to now? The
# number rises and falls in about eleven years. Who is better off: somebody with the last 9 months
# in view, or somebody with 256, nearly two cycles?
#
# The forecaster is the plain one again, a weight for each month in view. It learns from the first
# three quarters of the years and is tested on the last. An error of 1 is as good as always saying
# the mean of the test years.

# %% A linear forecast
split, ahead = len(spots) * 3 // 4, 24
counts = spots.astype(np.float64)
series = (counts - counts[:split].mean()) / counts[:split].std()
pasts = np.lib.stride_tricks.sliding_window_view(series, 256)[:-ahead]
later = series[255 + ahead:]  # two years after the last month of each past
known, test = slice(split - 255 - ahead), slice(split - 255, None)

forecasts = {}
for view, penalty in ((9, 100), (256, 800)):  # chosen on the last of the years learned from
    best = ridge(pasts[known, -view:], later[known], penalty)
    forecasts[view] = pasts[test, -view:] @ best
    error = np.sqrt(np.mean((forecasts[view] - later[test]) ** 2)) / series[split:].std()
    print(f"{view} months in view: error {error:.2f}")
    assert abs(error - {9: 0.94, 256: 0.73}[view]) < 0.02

# %% Two years ahead tags=["nbval-ignore-output"]
ck.figures.draw_lines(
    months[split + ahead:].astype(float)[::3] / 12 + 1970,
    {"seen": later[test][::3], "256 months": forecasts[256][::3], "9 months": forecasts[9][::3]},
    title="Sunspots, and what was forecast two years before",
    xlabel="year", ylabel="in units of the spread",
)

# %% And the net? [markdown]
# With 9 months one cannot tell where in its cycle the sun is; with nearly two cycles one can. And a
# net of dilated layers? Eight layers of two taps with rates 1 to 128 see those 256 months; with all
# rates 1 they see 9. Training takes longer than a lesson should, so this table is stored. To make
# it anew: `python benchmarks/experiments.py sunspots`. Each net was trained with three seeds.
#
# | | sees | error |
# |---|---|---|
# | undilated net | 9 months | .92, .94, .94 |
# | linear, ridge | 9 months | .95 |
# | **dilated net** | **256 months** | **.74, .62, .75** |
# | **linear, ridge** | **256 months** | **.74** |
#
# (There, the linear models have a constant, too.) The view counts: all that see 256 months beat all
# that see 9. Now compare the last two lines. With this recipe one net of three is clearly better
# than the linear model, and two are not. Whoever shows the dilated net beside the undilated one
# only tells no lie, and lets you believe that forecasting takes a net. **Beside any net, put a
# linear model with the same view.** It is one line of algebra.
#
# ## When the view decides alone
#
# In some tasks nothing helps if you cannot see. In **copy memory** a net is shown ten symbols,
# waits for 100 steps, and has to repeat them: each comes back 110 steps after it was shown. In the
# **adding problem** it sees 64 numbers, two of them marked, and has to give the sum of those two at
# the end. **Predict** which of the nets in the next cell can do it.

# %% Who can see it?
for task, needs, layers in (("copy memory", 111, 6), ("adding", 64, 5)):
    doubling = [ck.Window(3, dilation=2**layer) for layer in range(layers)]
    for name, stack in {"doubling rates": doubling, "rates 1": [ck.Window(3)] * layers}.items():
        size = ck.receptive_field(stack).size[0]
        print(f"{task:11} needs {needs:3}, {name:14} see {size}")

# %% What they reached [markdown]
# Trained with three seeds each (`python benchmarks/experiments.py copy_memory adding`):
#
# | | doubling rates | rates 1 | without looking |
# |---|---|---|---|
# | copy memory, share recalled | 1, 1, 1 | .12, .11, .13 | .125, guessing |
# | adding, mean squared error | .023, .019, .012 | .158, .159, .137 | .167, saying 1 |
#
# (In the adding problem the net sees 63 of the 64 numbers, so once in 32 a mark is hidden from it.)
#
# ## The claims, tested
#
# - *Used in audio and time-series modeling, and in wave-based architectures*: **holds.** The stacks
#   of WaveNet ran on a sentence, sample by sample; and one small dilated net learned to follow the
#   pulse of a voice and that of a heart, which without dilation it could not.
# - *Dense outputs need dense context*: **holds if** an answer hangs on something that lasts longer
#   than a few samples. For the pulse a net had to see a whole beat, and to read it without holes.
#   The next sample of a sound is as dense an output, and two neighbours forecast 91 % of it.

# %% Key points [markdown]
# ## Key points
#
# - A receptive field counts samples. Divide by the samples a second to know what it means: 1024
#   samples are 64 ms of speech, 2.8 s of an ECG, 85 years of sunspots.
# - Three stacks of WaveNet see 1 + 3 * 1023 = 3070 samples, 192 ms: less than most words.
# - Causal: all `(k - 1) d` zeros before the first sample. Change one sample and see which outputs
#   move: none before it, the last one a receptive field less one later.
# - A block of a TCN has two convolutions: 1 + 2 (k - 1) (2^L - 1).
# - A causal net can run sample by sample with queues, and gives exactly the outputs of the whole.
#   It keeps its receptive field, less the sample that arrives.
# - Beside a net's forecast belongs a linear model with the same view.
#
# Now do the exercise: open `exercises/10_audio.ipynb`. You will find a leak of one sample and a
# block that was counted once, write the step of a stream, and forecast in closed form.

# %% Sources [markdown]
# ## Sources
#
# - A. van den Oord et al. (2016), *WaveNet: A Generative Model for Raw Audio*,
#   [arXiv:1609.03499](https://arxiv.org/abs/1609.03499): stacks of two taps with rates 1 to 512,
#   repeated; section 3.1 has the babble, and how far the net heard.
# - S. Bai, J. Z. Kolter, V. Koltun (2018), *An Empirical Evaluation of Generic Convolutional and
#   Recurrent Networks for Sequence Modeling*, [arXiv:1803.01271](https://arxiv.org/abs/1803.01271):
#   the TCN, copy memory and the adding problem as used here.
# - T. Le Paine et al. (2016), *Fast Wavenet Generation Algorithm*,
#   [arXiv:1611.09482](https://arxiv.org/abs/1611.09482): the queues.
# - The sentence is spoken by espeak-ng. The ECG is from the MIT-BIH Arrhythmia Database: G. Moody,
#   R. Mark (2001), [doi:10.13026/C2F305](https://doi.org/10.13026/C2F305), and A. Goldberger et al.
#   (2000), [doi:10.1161/01.CIR.101.23.e215](https://doi.org/10.1161/01.CIR.101.23.e215), Open Data
#   Commons Attribution License. The sunspot numbers are those of Zurich, as in Andrews and Herzberg
#   (1985), [doi:10.1007/978-1-4612-5098-2](https://doi.org/10.1007/978-1-4612-5098-2).

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# PyTorch has no causal padding; pad on the left by hand. (Padding both sides and cutting off the
# end gives the same.)
#
# ```python
# import torch
# import torch.nn.functional as F
#
# x = torch.as_tensor(pcm)[None, None]
# for step, pair in zip(rates, weights):
#     x = F.conv1d(F.pad(x, (step, 0)), torch.as_tensor(pair)[None, None], dilation=step)
# print(torch.equal(x[0, 0], torch.as_tensor(net(pcm))))       # True
# ```
