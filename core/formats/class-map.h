/* class-map.h: from what a label map holds (colours or indices) to the classes of a project (private to core/formats) */
#pragma once

#include "formats/camvid-layout.h"
#include "label/label-map.h"

/* What an entry of the label set's table means in the project, beside a class id or LW_LABEL_NONE. */
enum { LW_CLASS_UNDECLARED = -1, LW_CLASS_MISSING = -2 };

typedef struct {
  LwLabelColors *colors;     /* the label set's own table */
  int target[256];           /* by its index */
} LwClassMap;
void lw_class_map_free (LwClassMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwClassMap, lw_class_map_free)

/* @file: JSON, label set's class name or index → the project's class name, or null: left unlabelled. NULL: by name and alias. A
 * table that the set does not have is the published one: 32 classes for colours, SegNet's 11 and void for indices. */
LwClassMap *lw_class_map_new (const LwLabelSet *set, const LwPalette *palette, const char *file, GError **error);

/* What label maps held that has no class. */
typedef struct {
  guint64 missing[256];      /* pixels, by index: declared classes that the project lacks */
  GHashTable *unknown;       /* "R,G,B" or index → GUINT_TO_POINTER (pixels) */
} LwTally;
void lw_tally_init (LwTally *tally);
void lw_tally_clear (LwTally *tally);
void lw_tally_add (LwTally *into, const LwTally *from);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwTally, lw_tally_clear)

/* Reads a label PNG of exactly @width x @height pixels. What has no class is left unlabelled and added to @tally. */
LwLabelMap *lw_class_map_read (const LwClassMap *map, LwCamvidLayout layout, const char *path, int width, int height,
                               LwTally *tally, GError **error);
