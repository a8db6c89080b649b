/* driver.c: stands in for libFuzzer: every file of the corpus as it is, and so many changed ones, the same ones each time
 *
 * fuzz-NAME RUNS FOLDER. With RUNS changed inputs for each file. */
#include "fuzz.h"
#include <string.h>

#define MAX_BYTES 131072        /* bytes */

#pragma weak LLVMFuzzerCustomMutator

static GRand *chance;

static gsize
insert (guint8 *data, gsize size, gsize at, gsize n)
{
  memmove (data + at + n, data + at, size - at);
  for (gsize i = 0; i < n; i++)
    data[at + i] = (guint8) g_rand_int (chance);
  return size + n;
}

/* One of a bit, a byte that means something in texts, bytes more, bytes less. */
gsize
LLVMFuzzerMutate (guint8 *data, gsize size, gsize max)
{
  gsize at = size > 0 ? (gsize) g_rand_int_range (chance, 0, (int) size) : 0, n = (gsize) g_rand_int_range (chance, 1, 9);
  int kind = g_rand_int_range (chance, 0, 4);

  if (size == 0 || (kind == 2 && size + n <= max))
    return size + n <= max ? insert (data, size, at, n) : size;
  if (kind == 3)
    {
      n = MIN (n, size - at);
      memmove (data + at, data + at + n, size - at - n);
      return size - n;
    }
  if (kind == 0)
    data[at] ^= (guint8) (1 << g_rand_int_range (chance, 0, 8));
  else
    data[at] = (guint8) "0129[]{},:\"\\-e. \xff"[g_rand_int_range (chance, 0, 18)];
  return size;
}

/* On the heap with its very size, so that a sanitizer sees every byte too far. */
static void
run_input (const guint8 *data, gsize size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);

  LLVMFuzzerTestOneInput (exact, size);
}

static int
run_file (const char *path, int runs)
{
  g_autofree char *bytes = NULL;
  g_autofree guint8 *changed = g_malloc (MAX_BYTES);
  gsize length;
  g_autoptr(GError) error = NULL;

  if (!g_file_get_contents (path, &bytes, &length, &error))
    g_error ("%s", error->message);
  g_assert (length <= MAX_BYTES);
  run_input ((const guint8 *) bytes, length);
  for (int run = 0; run < runs; run++)
    {
      gsize size = length;

      memcpy (changed, bytes, length);
      for (int changes = g_rand_int_range (chance, 1, 4); changes > 0; changes--)
        size = LLVMFuzzerCustomMutator != NULL ? LLVMFuzzerCustomMutator (changed, size, MAX_BYTES, g_rand_int (chance)) : LLVMFuzzerMutate (changed, size, MAX_BYTES);
      run_input (changed, size);
    }
  return runs + 1;
}

static int
compare_cb (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = argc == 3 ? g_dir_open (argv[2], 0, &error) : NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  int inputs = 0;

  if (dir == NULL)
    g_error ("%s", error != NULL ? error->message : "usage: fuzz-NAME RUNS FOLDER");
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (argv[2], name, NULL));
  g_ptr_array_sort (names, compare_cb);
  g_assert (names->len > 0);
  for (guint i = 0; i < names->len; i++)
    {
      chance = g_rand_new_with_seed (i);
      inputs += run_file (names->pdata[i], (int) g_ascii_strtoll (argv[1], NULL, 10));
      g_rand_free (chance);
    }
  g_print ("%d inputs of %u files\n", inputs, names->len);
  return 0;
}
