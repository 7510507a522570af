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
/* What the loop reads, it does not write. */
#if defined(__clang__)
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

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

/* Always inlined where `rows` and `vecs` are numbers, so that the loops over them unroll and
   `sums` lives in registers. */
ALWAYS void NAME(tile)(const ptrdiff_t rows, const ptrdiff_t vecs, ptrdiff_t steps, const TYPE *w,
                       const TYPE *const *x, const ptrdiff_t *offset, NAME(vec) *result) {
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
    UNROLL for (ptrdiff_t r = 0; r < rows; r++)
        UNROLL for (ptrdiff_t v = 0; v < vecs; v++) result[r * vecs + v] = sums[r][v];
}

/* One function for each tile, and one that is a single vector wide, for what is left over. */
#define TILE(ROWS, VECS)                                                                          \
    static void NAME(tile_##ROWS##x##VECS)(ptrdiff_t steps, const TYPE *w, const TYPE *const *x,  \
                                           const ptrdiff_t *offset, NAME(vec) *result) {          \
        NAME(tile)(ROWS, VECS, steps, w, x, offset, result);                                      \
    }                                                                                             \
    static void NAME(tile_##ROWS##x1)(ptrdiff_t steps, const TYPE *w, const TYPE *const *x,       \
                                      const ptrdiff_t *offset, NAME(vec) *result) {               \
        NAME(tile)(ROWS, 1, steps, w, x, offset, result);                                         \
    }
TILES(TILE)
#undef TILE

/* Adds a tile's sums to the result, or to `start[row]` where there is none yet. */
static void NAME(put)(ptrdiff_t rows, ptrdiff_t vecs, ptrdiff_t used, const NAME(vec) *sums,
                      const ptrdiff_t *first, const struct segment *segments, const TYPE *start,
                      TYPE *out, ptrdiff_t row_step, ptrdiff_t lane_step) {
    for (ptrdiff_t r = 0; r < rows; r++, out += row_step)
        for (ptrdiff_t v = 0; v < used; v++) {
            const NAME(vec) *sum = &sums[r * vecs + v];
            for (ptrdiff_t s = first[v]; s < first[v + 1]; s++) {
                TYPE *target = out + segments[s].place;
                if (segments[s].count == LANES && lane_step == 1) {
                    NAME(vec) *whole = (NAME(vec) *)target;
                    *whole = start ? start[r] + *sum : *whole + *sum;
                    continue;
                }
                const TYPE *lanes = (const TYPE *)sum + segments[s].lane;
                for (ptrdiff_t l = 0; l < segments[s].count; l++, target += lane_step)
                    *target = (start ? start[r] : *target) + lanes[l];
            }
        }
}

/* `used` vectors, at most tile_vecs(rows), from `base` on: computed and put in place. */
static void NAME(run_tile)(ptrdiff_t rows, ptrdiff_t used, ptrdiff_t steps, const TYPE *w,
                           const TYPE *source, const ptrdiff_t *offset, const ptrdiff_t *base,
                           const ptrdiff_t *first, const struct segment *segments,
                           const TYPE *start, TYPE *out, ptrdiff_t row_step,
                           ptrdiff_t lane_step) {
    NAME(vec) sums[MOST * MOST];
    const TYPE *x[MOST];
    ptrdiff_t vecs = used == 1 ? 1 : tile_vecs(rows);
    /* A tile that is not full computes its last vector again, and throws it away. */
    for (ptrdiff_t v = 0; v < vecs; v++) x[v] = source + base[v < used ? v : used - 1];
#define TILE(ROWS, VECS)                                                                          \
    if (rows == ROWS) {                                                                           \
        if (vecs == 1) NAME(tile_##ROWS##x1)(steps, w, x, offset, sums);                          \
        else NAME(tile_##ROWS##x##VECS)(steps, w, x, offset, sums);                               \
    }
    TILES(TILE)
#undef TILE
    NAME(put)(rows, vecs, used, sums, first, segments, start, out, row_step, lane_step);
}

/* Winograd's F(2, 3), a row at a time; winograd.pxi says why. Four rows of samples make four. */
static void NAME(spread)(const TYPE *const *d, TYPE *const *v, ptrdiff_t count) {
    const TYPE *d0 = d[0], *d1 = d[1], *d2 = d[2], *d3 = d[3];
    TYPE *v0 = v[0], *v1 = v[1], *v2 = v[2], *v3 = v[3];
    INDEPENDENT for (ptrdiff_t j = 0; j < count; j++) {
        v0[j] = d0[j] - d2[j];
        v1[j] = d1[j] + d2[j];
        v2[j] = d2[j] - d1[j];
        v3[j] = d1[j] - d3[j];
    }
}

/* Four rows of sums make two rows of outputs, or one where there is no second. */
static void NAME(gather)(const TYPE *const *m, TYPE bias, TYPE *y0, TYPE *y1, ptrdiff_t count) {
    const TYPE *m0 = m[0], *m1 = m[1], *m2 = m[2], *m3 = m[3];
    INDEPENDENT for (ptrdiff_t j = 0; j < count; j++) y0[j] = m0[j] + m1[j] + m2[j] + bias;
    if (y1)
        INDEPENDENT for (ptrdiff_t j = 0; j < count; j++) y1[j] = m1[j] - m2[j] - m3[j] + bias;
}

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

#undef LANES

#endif
