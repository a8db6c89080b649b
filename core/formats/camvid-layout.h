/* camvid-layout.h: where the three layouts keep their files (private to core/formats) */
#pragma once

#include "formats/camvid.h"
#include "formats/label-colors.h"

/* "R G B Name" a line. In SegNet's layout line n is the class of number n - 1, and the file has a name of its own, since datumaro
 * counts the lines of a label_colors.txt otherwise: it puts the black class first, or a background that is not listed. */
#define LW_CAMVID_COLORS "label_colors.txt"
#define LW_CAMVID_INDICES "class_indices.txt"

/* Names relative to the label set's folder. */
char *lw_camvid_label_name (LwCamvidLayout layout, const char *subset, const char *frame);
char *lw_camvid_image_name (LwCamvidLayout layout, const char *subset, const char *frame);

/* A label set as it lies on the disk. */
typedef struct { char *frame, *path; } LwLabelFile;
typedef struct {
  LwCamvidLayout layout;
  GPtrArray *files;          /* of LwLabelFile, by frame name */
  GPtrArray *image_folders;  /* paths of the folders that hold the frames' own pictures */
  char *table;               /* path of the file that lists its classes, or NULL */
} LwLabelSet;
void lw_label_set_free (LwLabelSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwLabelSet, lw_label_set_free)

/* @layout: NULL finds out which. Looks at names alone (and, to find out, at the header of one PNG).
 * LW_FORMAT_ERROR_NOT_FOUND, or LW_FORMAT_ERROR_DAMAGED where two label maps claim one frame. */
LwLabelSet *lw_label_set_find (const char *path, const LwCamvidLayout *layout, GError **error);
