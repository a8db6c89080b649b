/* dataset-report.h: what a dataset is made of, whether its parts know of each other, and a sheet that tells both to others */
#pragma once

#include "store/project.h"

#define LW_N_SPLITS 3

/* Frames of a medium that follow each other in the dataset, in one split. */
typedef struct {
  char *media;
  LwSplit split;
  guint first, last, n;        /* ordinals; frames */
} LwDatasetRun;

typedef struct {
  guint frames[LW_N_SPLITS];
  guint64 pixels[LW_N_SPLITS], class_pixels[LW_N_SPLITS][256], origin_pixels[256];
  guint class_frames[LW_N_SPLITS][256], origin_frames[256];
  GPtrArray *runs;             /* (element-type LwDatasetRun), in display order */
  GPtrArray *models;           /* (element-type utf8): that were trained on it */
  guint segment;               /* frames that were kept together */
  guint64 seed;

  guint nearest;               /* frames between two of different splits, of one sequence; G_MAXUINT: there are no such */
  GPtrArray *leaks;            /* (element-type utf8): what one split knows of another, in words; empty: nothing */
} LwDatasetReport;
void lw_dataset_report_free (LwDatasetReport *report);      /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwDatasetReport, lw_dataset_report_free)
/* Unpacks every revision of it. */
LwDatasetReport *lw_project_report_dataset (LwProject *project, const LwDataset *dataset, LwProgress progress, gpointer data, GCancellable *cancellable,
                                            GError **error);

const char *lw_split_get_nick (LwSplit split);                 /* "train", "val", "test" */
/* The report, the media with their hashes and every frame with its revision: Markdown for people, or JSON. */
char *lw_project_write_datasheet (LwProject *project, const LwDataset *dataset, const LwDatasetReport *report, gboolean json, GError **error);
