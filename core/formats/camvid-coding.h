/* camvid-coding.h: how an export writes the labels of a frame (private to core/formats) */
#pragma once

#include "formats/camvid.h"
#include "formats/label-colors.h"
#include "label/label-map.h"

typedef struct {
  LwCamvidLayout layout;
  LwLabelColors *table;      /* the classes in the order of the layout */
  int index[256];            /* by class id: its place in the table, LW_LABEL_NONE's included; -1: has none */
} LwCamvidCoding;
void lw_camvid_coding_free (LwCamvidCoding *coding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwCamvidCoding, lw_camvid_coding_free)

/* LW_FORMAT_ERROR_CLASSES or _UNLABELLED where the layout can't hold what is asked for. */
LwCamvidCoding *lw_camvid_coding_new (const LwPalette *palette, const LwCamvidExport *what, GError **error);
/* Unlabelled pixels of @map where they have no value: a call of write would then be wrong. */
guint64 lw_camvid_coding_count_unlabelled (const LwLabelMap *map);
/* @verify: reads it back; LW_FORMAT_ERROR_MISMATCH. @frame: for messages. */
gboolean lw_camvid_coding_write (const LwCamvidCoding *coding, const LwLabelMap *map, const char *frame, const char *path,
                                 gboolean verify, GError **error);
