/* camvid.h: CamVid label sets, in and out, in three layouts (docs/formats.md) */
#pragma once

#include "store/project.h"

#define LW_FORMAT_ERROR (lw_format_error_quark ())
typedef enum {
  LW_FORMAT_ERROR_NOT_FOUND,     /* no label set of that layout there */
  LW_FORMAT_ERROR_DAMAGED,       /* the message names the file */
  LW_FORMAT_ERROR_SIZE,          /* a label map of another size than its frame */
  LW_FORMAT_ERROR_CLASSES,       /* undeclared colour or index, or a class that the project lacks */
  LW_FORMAT_ERROR_UNLABELLED,    /* unlabelled pixels, and the policy refuses them */
  LW_FORMAT_ERROR_EXISTS,        /* the target folder is not empty */
  LW_FORMAT_ERROR_MISMATCH,      /* what was written reads back otherwise */
} LwFormatError;
GQuark lw_format_error_quark (void);

typedef enum { LW_CAMVID_DATUMARO, LW_CAMVID_CAMBRIDGE, LW_CAMVID_SEGNET } LwCamvidLayout;
gboolean lw_camvid_layout_from_nick (const char *nick, LwCamvidLayout *layout);     /* "datumaro", "cambridge", "segnet" */

typedef enum { LW_UNLABELLED_REFUSE, LW_UNLABELLED_VOID, LW_UNLABELLED_VALUE } LwUnlabelledPolicy;

typedef struct {
  LwCamvidLayout layout;
  LwUnlabelledPolicy unlabelled;
  guint8 unlabelled_value;       /* index layouts, with LW_UNLABELLED_VALUE */
  GPtrArray *frames;             /* of LwFrame: what goes out, in this order */
  const char *subset;            /* "train" …; NULL: "default" */
  gboolean images;               /* write the frames' pictures too (PNG) */
  gboolean verify;               /* read every label map back and compare */
} LwCamvidExport;

typedef struct {
  guint frames;
  guint64 unlabelled_pixels;
  GHashTable *unlabelled_frames; /* name → GUINT_TO_POINTER (pixels) */
  char *folder;
} LwExportReport;
void lw_export_report_free (LwExportReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwExportReport, lw_export_report_free)

/* Blocking; the folder appears whole (written aside, renamed) or not at all. */
LwExportReport *lw_camvid_export (LwProject *project, const LwCamvidExport *what, const char *folder, LwProgress progress, gpointer data,
                                  GCancellable *cancellable, GError **error);

typedef struct {
  LwCamvidLayout layout;
  gboolean detect_layout;        /* ignore @layout */
  gboolean camvid32to11;         /* fold the 32 classes into the project's 11 (SegNet's and MATLAB's grouping, data/palettes/camvid32to11.json) */
  const char *map_file;          /* JSON: label-set class name (or index) → project class name; NULL: by name and alias */
  gboolean add_images;           /* into a project without media, add the label set's own images */
} LwCamvidImport;

typedef struct {
  guint frames, skipped;         /* @skipped: label maps without a frame of that name */
  GHashTable *unknown;           /* "R,G,B" or index → GUINT_TO_POINTER (pixels): left unlabelled, never guessed */
  GPtrArray *skipped_names;
} LwImportReport;
void lw_import_report_free (LwImportReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwImportReport, lw_import_report_free)

/* @path: the label set's root folder, or (segnet, cambridge) a folder of label PNGs. Matches by frame name. */
LwImportReport *lw_camvid_import (LwProject *project, const LwCamvidImport *how, const char *path, LwProgress progress, gpointer data,
                                  GCancellable *cancellable, GError **error);
