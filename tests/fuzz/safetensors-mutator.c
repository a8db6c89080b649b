/* safetensors-mutator.c: changes a safetensors file so that its parts mostly still fit: the header's length to the header, the data to the offsets */
#include "fuzz.h"
#include <string.h>

#define MAX_DATA 4096           /* bytes: what is made up behind a header */

/* Where the header ends, as the file says, or where the file itself does. */
static gsize
header_end (const guint8 *data, gsize size)
{
  guint64 length;

  memcpy (&length, data, sizeof length);
  length = GUINT64_FROM_LE (length);
  return length <= size - sizeof length ? sizeof length + (gsize) length : size;
}

/* The largest number in the header that can be a size of data: mostly the end of the last tensor. */
static gsize
data_wanted (const guint8 *text, gsize length)
{
  gsize most = 0, number = 0;

  for (gsize i = 0; i < length; i++)
    {
      number = g_ascii_isdigit (text[i]) ? MIN (number * 10 + (gsize) (text[i] - '0'), MAX_DATA + 1) : 0;
      most = number <= MAX_DATA ? MAX (most, number) : most;
    }
  return most;
}

static gsize
resize_data (guint8 *data, gsize start, gsize size, gsize wanted, gsize max)
{
  gsize end = MIN (start + wanted, max);

  for (gsize i = size; i < end; i++)
    data[i] = (guint8) (i * 37);
  return end;
}

gsize
LLVMFuzzerCustomMutator (guint8 *data, gsize size, gsize max, unsigned int seed)
{
  guint64 length;

  if (size < 10 || seed % 8 == 0)
    return LLVMFuzzerMutate (data, size, max);
  gsize end = header_end (data, size), rest = size - end;
  g_autofree guint8 *header = g_malloc (max), *tail = g_memdup2 (data + end, rest);

  memcpy (header, data + 8, end - 8);
  gsize changed = LLVMFuzzerMutate (header, end - 8, max - 8 - rest);

  length = GUINT64_TO_LE ((guint64) changed);
  memcpy (data, &length, sizeof length);
  memcpy (data + 8, header, changed);
  if (rest > 0)
    memcpy (data + 8 + changed, tail, rest);
  size = 8 + changed + rest;
  return seed / 8 % 2 == 0 ? resize_data (data, 8 + changed, size, data_wanted (header, changed), max) : size;
}
