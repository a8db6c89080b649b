/* label-colors.h: the table of a label set: names and colours in the order of their indices (private to core/formats) */
#pragma once

#include "label/palette.h"

#define LW_MAX_LABEL_COLORS 256

typedef struct { char *name; guint8 rgb[3]; } LwLabelColor;
typedef struct {
  GPtrArray *colors;         /* of LwLabelColor */
  gboolean uncolored;        /* the file gave names alone: the colours mean nothing */
} LwLabelColors;

LwLabelColors *lw_label_colors_new (void);
void lw_label_colors_free (LwLabelColors *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwLabelColors, lw_label_colors_free)
void lw_label_colors_add (LwLabelColors *table, const char *name, const guint8 rgb[3]);
const LwLabelColor *lw_label_colors_get (const LwLabelColors *table, guint i);      /* NULL: past the end */
int lw_label_colors_find_rgb (const LwLabelColors *table, const guint8 rgb[3]);     /* -1: none */

/* Numbers the classes as datumaro does: the black one first; without one, a class "background". Names alone get the colours of
 * Pascal VOC, in that order. */
void lw_label_colors_put_black_first (LwLabelColors *table);

/* A label_colors.txt: "R G B Name" a line, or names alone. Blank lines and # comments are skipped.
 * LW_FORMAT_ERROR_DAMAGED names file and line. */
LwLabelColors *lw_label_colors_load (const char *path, GError **error);
gboolean lw_label_colors_save (const LwLabelColors *table, const char *path, GError **error);

/* A name as it may stand in a label_colors.txt, where readers split lines at spaces: those become underscores. */
char *lw_label_colors_fit_name (const char *name);
/* The class of that name or alias, spaces and underscores taken as the same. */
const LwClass *lw_label_colors_find_class (const LwPalette *palette, const char *name);
