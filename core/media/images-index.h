/* images-index.h: what is kept of an image folder to open it again; private to core/media */
#pragma once

#include <glib.h>
#include "media/file-bytes.h"

typedef struct {
  char *name;                  /* of the file, without a folder */
  guint64 size;
  guint8 hash[LW_HASH_PREFIX];
  int width, height;           /* as shown */
} LwImageEntry;

/* A plain array; frame n is entry n. */
GArray *lw_images_index_new (void);                          /* of LwImageEntry; clears its entries */
GBytes *lw_images_index_write (GArray *entries, gboolean single);
/* @single: the medium's path is the image itself, not its folder. Bytes from outside: names that leave the folder are refused. */
GArray *lw_images_index_read (GBytes *bytes, gboolean *single, GError **error);
