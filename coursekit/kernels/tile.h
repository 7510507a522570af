/* The register tile: the only code that knows how wide a vector is.

   Everything a convolution spends its time on has one form: a few rows of weights meet a few
   vectors of samples,

       sums[row][v][lane] = sum over k of  w[k][row] * x[base[v] + offset[k] + lane].

   A tile of rows x vecs sums stays in registers while k runs. Each step loads `vecs` vectors and
   `rows` single weights and makes rows * vecs multiply-adds of them: the taller and wider the
   tile, the less there is to load for each multiply-add, until the registers are full. That is
   where the sizes below come from.

   Vectors are written in the vector extensions of gcc and clang, so that one text serves every
   instruction set; which instructions it becomes is decided by the compiler's flags (setup.py).
   The file includes itself once for each dtype. */

#ifndef TYPE

#include <stddef.h>
#include <stdint.h>

/* TILES lists the tiles as TILE(rows, vecs), tallest first, down to one row. The sums, one vector
   of each operand and a weight must fit into the registers: 32 of 64 bytes, 16 of 32, 16 of 16
   (with one more for the product, where multiply and add are two instructions), 32 of 16. */
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define TILES(TILE) TILE(8, 3) TILE(4, 6) TILE(2, 8) TILE(1, 8)
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#define TILES(TILE) TILE(4, 3) TILE(2, 5) TILE(1, 8)
#elif defined(__x86_64__)
#define VECTOR_BYTES 16
#define TILES(TILE) TILE(4, 2) TILE(2, 4) TILE(1, 8)
#else
#define VECTOR_BYTES 16
#define TILES(TILE) TILE(8, 3) TILE(4, 6) TILE(2, 8) TILE(1, 8)
#endif
#define MOST 8 /* rows or vecs of any tile */

#define ALWAYS static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")
/* Where lanes of a vector of sums belong in the result: `count` of them from `lane` on, the first
   at `place`. A vector that runs past the end of a row has one segment for each row it meets. */
struct segment {
    ptrdiff_t place, lane, count;
};

/* Rows of the tallest tile that `rows` fill, and vectors of that tile. */
#define TILE(ROWS, VECS) if (rows >= ROWS) return ROWS;
static inline ptrdiff_t tile_rows(ptrdiff_t rows) { TILES(TILE) return 1; }
#undef TILE
#define TILE(ROWS, VECS) if (rows == ROWS) return VECS;
static inline ptrdiff_t tile_vecs(ptrdiff_t rows) { TILES(TILE) return 1; }
#undef TILE

#define TYPE float
#define NAME(word) word##_float
#include "tile.h"
#undef TYPE
#undef NAME
#define TYPE double
#define NAME(word) word##_double
#include "tile.h"
#undef TYPE
#undef NAME

#else

#define LANES (VECTOR_BYTES / (ptrdiff_t)sizeof(TYPE))

/* A vector that may stand at any address of TYPE. */
typedef TYPE NAME(vec) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(TYPE)), may_alias));

/* Where a tile's sums go: added to `out`, or to start[row] where there is nothing in it yet.
   Vector v of row r goes to out + r * row_step + place[v], if all vectors go there whole; else
   `place` is NULL, the sums go to `loose`, and `put` finds the places of their lanes. */
struct NAME(target) {
    TYPE *out;
    const TYPE *start;
    ptrdiff_t row_step, lane_step;
    const ptrdiff_t *place;
    NAME(vec) *loose;
};

/* Always inlined where `rows` and `vecs` are numbers, so that the loops over them unroll and
   `sums` lives in registers. */
ALWAYS void NAME(tile)(const ptrdiff_t rows, const ptrdiff_t vecs, ptrdiff_t steps, const TYPE *w,
                       const TYPE *const *x, const ptrdiff_t *offset,
                       const struct NAME(target) *to) {
    NAME(vec) sums[MOST][MOST];
    UNROLL for (ptrdiff_t r = 0; r < rows; r++)
        UNROLL for (ptrdiff_t v = 0; v < vecs; v++) sums[r][v] = (NAME(vec)){0};
    for (ptrdiff_t k = 0; k < steps; k++, w += rows) {
        NAME(vec) samples[MOST];
        UNROLL for (ptrdiff_t v = 0; v < vecs; v++)
            samples[v] = *(const NAME(vec) *)(x[v] + offset[k]);
        UNROLL for (ptrdiff_t r = 0; r < rows; r++)
            UNROLL for (ptrdiff_t v = 0; v < vecs; v++) sums[r][v] += w[r] * samples[v];
    }
    if (!to->place) {
        UNROLL for (ptrdiff_t r = 0; r < rows; r++)
            UNROLL for (ptrdiff_t v = 0; v < vecs; v++) to->loose[r * vecs + v] = sums[r][v];
        return;
    }
    TYPE *out = to->out;
    UNROLL for (ptrdiff_t r = 0; r < rows; r++, out += to->row_step)
        UNROLL for (ptrdiff_t v = 0; v < vecs; v++) {
            NAME(vec) *whole = (NAME(vec) *)(out + to->place[v]);
            if (to->start) *whole = sums[r][v] + to->start[r];
            else *whole += sums[r][v];
        }
}

/* One function for each tile, and one that is a single vector wide, for what is left over. */
#define FUNCTION(ROWS, VECS)                                                                      \
    static void NAME(tile_##ROWS##x##VECS)(ptrdiff_t steps, const TYPE *w, const TYPE *const *x,  \
                                           const ptrdiff_t *offset,                               \
                                           const struct NAME(target) *to) {                       \
        NAME(tile)(ROWS, VECS, steps, w, x, offset, to);                                          \
    }
#define TILE(ROWS, VECS) FUNCTION(ROWS, VECS) FUNCTION(ROWS, 1)
TILES(TILE)
#undef TILE
#undef FUNCTION

/* Puts loose sums in place, segment by segment. */
static void NAME(put)(ptrdiff_t rows, ptrdiff_t vecs, ptrdiff_t used, const ptrdiff_t *first,
                      const struct segment *segments, const struct NAME(target) *to) {
    for (ptrdiff_t r = 0; r < rows; r++)
        for (ptrdiff_t v = 0; v < used; v++)
            for (ptrdiff_t s = first[v]; s < first[v + 1]; s++) {
                const TYPE *lanes = (const TYPE *)&to->loose[r * vecs + v] + segments[s].lane;
                TYPE *out = to->out + r * to->row_step + segments[s].place;
                for (ptrdiff_t l = 0; l < segments[s].count; l++, out += to->lane_step)
                    *out = (to->start ? to->start[r] : *out) + lanes[l];
            }
}

/* `used` vectors, at most tile_vecs(rows), from `base` on: computed and put in place. */
static void NAME(run_tile)(ptrdiff_t rows, ptrdiff_t used, ptrdiff_t steps, const TYPE *w,
                           const TYPE *source, const ptrdiff_t *offset, const ptrdiff_t *base,
                           const ptrdiff_t *first, const struct segment *segments,
                           const TYPE *start, TYPE *out, ptrdiff_t row_step,
                           ptrdiff_t lane_step) {
    const TYPE *x[MOST];
    ptrdiff_t place[MOST], vecs = used == 1 ? 1 : tile_vecs(rows), whole = 0;
    NAME(vec) loose[MOST * MOST];
    for (ptrdiff_t v = 0; v < used; v++) {
        x[v] = source + base[v];
        place[v] = segments[first[v]].place;
        whole += segments[first[v]].count == LANES;
    }
    /* A tile that is not full computes its last vector again, and throws it away. */
    for (ptrdiff_t v = used; v < vecs; v++) x[v] = x[used - 1];
    struct NAME(target) to = {out, start, row_step, lane_step, place, loose};
    if (whole < vecs || lane_step != 1) to.place = NULL;
#define TILE(ROWS, VECS)                                                                          \
    if (rows == ROWS) {                                                                           \
        if (vecs == 1) NAME(tile_##ROWS##x1)(steps, w, x, offset, &to);                           \
        else NAME(tile_##ROWS##x##VECS)(steps, w, x, offset, &to);                                \
    } else
    TILES(TILE) __builtin_unreachable();
#undef TILE
    if (!to.place) NAME(put)(rows, vecs, used, first, segments, &to);
}

/* The other tile: both operands are vectors, gradients of `rows` channels and samples under `vecs`
   taps, and lanes are added up in the end, by others:

       sums[row][v][lane] += sum over p of  g[row][place[p] + lane] * x[v][base[p] + lane]. */
ALWAYS void NAME(dots)(const ptrdiff_t rows, const ptrdiff_t vecs, ptrdiff_t steps, const TYPE *g,
                       ptrdiff_t row_step, const ptrdiff_t *place, const TYPE *const *x,
                       const ptrdiff_t *base, ptrdiff_t used, TYPE *result,
                       ptrdiff_t result_step) {
    NAME(vec) sums[MOST][MOST];
    UNROLL for (ptrdiff_t r = 0; r < rows; r++)
        UNROLL for (ptrdiff_t v = 0; v < vecs; v++) sums[r][v] = (NAME(vec)){0};
    for (ptrdiff_t p = 0; p < steps; p++) {
        NAME(vec) samples[MOST];
        const TYPE *gradient = g + place[p];
        UNROLL for (ptrdiff_t v = 0; v < vecs; v++)
            samples[v] = *(const NAME(vec) *)(x[v] + base[p]);
        UNROLL for (ptrdiff_t r = 0; r < rows; r++, gradient += row_step)
            UNROLL for (ptrdiff_t v = 0; v < vecs; v++)
                sums[r][v] += *(const NAME(vec) *)gradient * samples[v];
    }
    UNROLL for (ptrdiff_t r = 0; r < rows; r++, result += result_step)
        UNROLL for (ptrdiff_t v = 0; v < vecs; v++)
            if (v < used) *(NAME(vec) *)(result + v * LANES) += sums[r][v];
}

#define FUNCTION(ROWS, VECS)                                                                      \
    static void NAME(dots_##ROWS##x##VECS)(ptrdiff_t steps, const TYPE *g, ptrdiff_t row_step,    \
                                           const ptrdiff_t *place, const TYPE *const *x,          \
                                           const ptrdiff_t *base, ptrdiff_t used, TYPE *result,   \
                                           ptrdiff_t result_step) {                               \
        NAME(dots)(ROWS, VECS, steps, g, row_step, place, x, base, used, result, result_step);    \
    }
#define TILE(ROWS, VECS) FUNCTION(ROWS, VECS) FUNCTION(ROWS, 1)
TILES(TILE)
#undef TILE
#undef FUNCTION

/* `used` taps, at most tile_vecs(rows), from `offset` on; row r of the sums is at r * sums_step. */
static void NAME(run_dots)(ptrdiff_t rows, ptrdiff_t used, ptrdiff_t steps, const TYPE *g,
                           ptrdiff_t row_step, const ptrdiff_t *place, const TYPE *source,
                           const ptrdiff_t *offset, const ptrdiff_t *base, TYPE *sums,
                           ptrdiff_t sums_step) {
    const TYPE *x[MOST];
    ptrdiff_t vecs = used == 1 ? 1 : tile_vecs(rows);
    for (ptrdiff_t v = 0; v < vecs; v++) x[v] = source + offset[v < used ? v : used - 1];
#define ARGUMENTS (steps, g, row_step, place, x, base, used, sums, sums_step)
#define TILE(ROWS, VECS)                                                                          \
    if (rows == ROWS) {                                                                           \
        if (vecs == 1) NAME(dots_##ROWS##x1) ARGUMENTS;                                           \
        else NAME(dots_##ROWS##x##VECS) ARGUMENTS;                                                \
    } else
    TILES(TILE) __builtin_unreachable();
#undef TILE
#undef ARGUMENTS
}

/* Runs STEP(vec, j) over 0 .. count - 1, a vector of type `vec` at a time; the last is drawn back
   to end at the end, so STEP must not read what it wrote. Short rows go one by one. */
#define ALONG(count, STEP)                                                                        \
    if (count < LANES) {                                                                          \
        for (ptrdiff_t j = 0; j < count; j++) { STEP(TYPE, j) }                                   \
    } else {                                                                                      \
        for (ptrdiff_t j = 0; j < count - LANES; j += LANES) { STEP(NAME(vec), j) }               \
        STEP(NAME(vec), count - LANES)                                                            \
    }

/* Winograd's F(2, 3), a row at a time; winograd.pxi says why. Four rows of samples make four. */
static void NAME(spread2)(const TYPE *const *d, TYPE *const *v, ptrdiff_t count) {
#define STEP(vec, j)                                                                              \
    vec d0 = *(const vec *)(d[0] + j), d1 = *(const vec *)(d[1] + j);                             \
    vec d2 = *(const vec *)(d[2] + j), d3 = *(const vec *)(d[3] + j);                             \
    *(vec *)(v[0] + j) = d0 - d2;                                                                 \
    *(vec *)(v[1] + j) = d1 + d2;                                                                 \
    *(vec *)(v[2] + j) = d2 - d1;                                                                 \
    *(vec *)(v[3] + j) = d1 - d3;
    ALONG(count, STEP)
#undef STEP
}

/* Four rows of sums make two rows of outputs; a row that is not wanted is NULL. */
static void NAME(gather2)(const TYPE *const *m, TYPE bias, TYPE *const *y, ptrdiff_t count) {
#define STEP(vec, j)                                                                              \
    vec m1 = *(const vec *)(m[1] + j), m2 = *(const vec *)(m[2] + j);                             \
    *(vec *)(y[0] + j) = *(const vec *)(m[0] + j) + m1 + m2 + bias;                               \
    if (y[1]) *(vec *)(y[1] + j) = m1 - m2 - *(const vec *)(m[3] + j) + bias;
    ALONG(count, STEP)
#undef STEP
}

/* F(4, 3): six rows of samples make six. */
static void NAME(spread4)(const TYPE *const *d, TYPE *const *v, ptrdiff_t count) {
#define STEP(vec, j)                                                                              \
    vec d0 = *(const vec *)(d[0] + j), d1 = *(const vec *)(d[1] + j);                             \
    vec d2 = *(const vec *)(d[2] + j), d3 = *(const vec *)(d[3] + j);                             \
    vec d4 = *(const vec *)(d[4] + j), d5 = *(const vec *)(d[5] + j);                             \
    vec even = d4 - d2 * 4, odd = d3 - d1 * 4;                                                    \
    vec near = d4 - d2, far = (d3 - d1) * 2;                                                      \
    *(vec *)(v[0] + j) = (d0 - d2) * 4 + near;                                                    \
    *(vec *)(v[1] + j) = even + odd;                                                              \
    *(vec *)(v[2] + j) = even - odd;                                                              \
    *(vec *)(v[3] + j) = near + far;                                                              \
    *(vec *)(v[4] + j) = near - far;                                                              \
    *(vec *)(v[5] + j) = (d1 - d3) * 4 + d5 - d3;
    ALONG(count, STEP)
#undef STEP
}

/* Six rows of sums make four rows of outputs; a row that is not wanted is NULL. */
static void NAME(gather4)(const TYPE *const *m, TYPE bias, TYPE *const *y, ptrdiff_t count) {
#define STEP(vec, j)                                                                              \
    vec m1 = *(const vec *)(m[1] + j), m2 = *(const vec *)(m[2] + j);                             \
    vec m3 = *(const vec *)(m[3] + j), m4 = *(const vec *)(m[4] + j);                             \
    vec near = m1 + m2, far = m3 + m4, difference = m1 - m2, wide = m3 - m4;                      \
    *(vec *)(y[0] + j) = *(const vec *)(m[0] + j) + near + far + bias;                            \
    if (y[1]) *(vec *)(y[1] + j) = difference + wide * 2 + bias;                                  \
    if (y[2]) *(vec *)(y[2] + j) = near + far * 4 + bias;                                         \
    if (y[3]) *(vec *)(y[3] + j) = difference + wide * 8 + *(const vec *)(m[5] + j) + bias;
    ALONG(count, STEP)
#undef STEP
}

static void NAME(spread)(ptrdiff_t outputs, const TYPE *const *d, TYPE *const *v,
                         ptrdiff_t count) {
    if (outputs == 2) NAME(spread2)(d, v, count);
    else NAME(spread4)(d, v, count);
}

static void NAME(gather)(ptrdiff_t outputs, const TYPE *const *m, TYPE bias, TYPE *const *y,
                         ptrdiff_t count) {
    if (outputs == 2) NAME(gather2)(m, bias, y, count);
    else NAME(gather4)(m, bias, y, count);
}
#undef ALONG

/* The sum of a row, in as many chains as the adders can work on at once. */
static TYPE NAME(total)(const TYPE *x, ptrdiff_t count) {
    NAME(vec) sums[4] = {{0}};
    TYPE sum = 0;
    for (; count >= 4 * LANES; count -= 4 * LANES, x += 4 * LANES)
        UNROLL for (ptrdiff_t v = 0; v < 4; v++) sums[v] += *(const NAME(vec) *)(x + v * LANES);
    for (ptrdiff_t l = 0; l < count; l++) sum += x[l];
    sums[0] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (ptrdiff_t l = 0; l < LANES; l++) sum += sums[0][l];
    return sum;
}

/* Whether a row holds neither an infinity nor NaN: x - x is 0 only then. */
static int NAME(all_finite)(const TYPE *x, ptrdiff_t count) {
    NAME(vec) sums = {0};
    TYPE sum = 0;
    for (; count >= LANES; count -= LANES, x += LANES)
        sums += *(const NAME(vec) *)x - *(const NAME(vec) *)x;
    for (ptrdiff_t l = 0; l < count; l++) sum += x[l] - x[l];
    for (ptrdiff_t l = 0; l < LANES; l++) sum += sums[l];
    return sum == 0;
}

#undef LANES

#endif
