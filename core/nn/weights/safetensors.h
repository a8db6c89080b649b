/* safetensors.h: the header of a safetensors file, checked */
#pragma once
#include "nn/weights/weights.h"

typedef enum { LW_DTYPE_SKIPPED, LW_DTYPE_F64, LW_DTYPE_F32, LW_DTYPE_F16, LW_DTYPE_BF16 } LwDtype;

typedef struct {
  char *name;
  LwDtype dtype;               /* skipped: integers and the like, which no network here reads */
  int dims[4], rank;
  guint64 begin, end;          /* in the data, which starts at @data_start of the file */
} LwSafetensorsEntry;

typedef struct {
  GArray *entries;             /* of LwSafetensorsEntry, by offset; without gaps or overlaps up to the end of the file */
  GHashTable *metadata;
  guint64 data_start;
} LwSafetensorsHeader;

/* @path only names the file in messages. */
LwSafetensorsHeader *lw_safetensors_header_read (int fd, const char *path, GError **error);
void lw_safetensors_header_free (LwSafetensorsHeader *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwSafetensorsHeader, lw_safetensors_header_free)
/* @length bytes from @offset, or an error if the file ends before. */
gboolean lw_safetensors_pread (int fd, const char *path, gpointer buffer, gsize length, guint64 offset, GError **error);
