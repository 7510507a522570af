# What this processor can run: asked once, by the build that every processor runs.

cdef extern from * nogil:
    """
    #if defined(__x86_64__) && defined(__GNUC__)
    /* Each asks for all that setup.py lets the compiler use in that build, and for the operating
       system's consent to the wider registers. */
    static int runs_avx2(void) {
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    }
    static int runs_avx512(void) {
        return runs_avx2() && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq");
    }
    #else
    static int runs_avx2(void) { return 0; }
    static int runs_avx512(void) { return 0; }
    #endif
    """
    bint runs_avx2()
    bint runs_avx512()


def runs(isa):
    """Whether this processor runs the build of that name."""
    return {"avx512": runs_avx512, "avx2": runs_avx2}.get(isa, lambda: True)()
