/* fuzz.h: what the fuzz targets share
 *
 * A target is one LLVMFuzzerTestOneInput(): a reader of files from outside, and what must hold of all that it accepts. With clang and -Dfuzz=enabled each is
 * driven by libFuzzer; otherwise by driver.c, which the ordinary tests run over the corpus. A target with a format of parts that depend on one another
 * (lengths, check sums) has a LLVMFuzzerCustomMutator() beside it, which mends those after a change.
 */
#pragma once
#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
/* Changes @size bytes of @data in place, in a way that @seed decides. Returns the new size, at most @max. */
gsize LLVMFuzzerCustomMutator (guint8 *data, gsize size, gsize max, unsigned int seed);
/* libFuzzer's own changes, which the other one is built on. */
gsize LLVMFuzzerMutate (guint8 *data, gsize size, gsize max);

/* The path of a file, in memory, of these bytes; good until the next call. */
const char *fuzz_file (const guint8 *data, gsize size);
/* The same file, open. */
int fuzz_file_descriptor (void);

/* A broken promise of the reader: what libFuzzer calls a crash. */
#define FUZZ_ASSERT(condition) \
  do \
    if (!(condition)) \
      g_error ("%s:%d: %s", __FILE__, __LINE__, #condition); \
  while (0)
