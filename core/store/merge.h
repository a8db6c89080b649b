/* merge.h: a project split into packages for several people, and brought together again, without a server */
#pragma once

#include "label/metrics.h"
#include "store/project.h"

/* A project of its own in @target (empty or not there) with these frames alone, their strokes and revisions, and all classes and models. Media stay where they are; copied ones come
 * along. What is done in it comes back by lw_project_merge(). */
gboolean lw_project_package (LwProject *project, const gint64 *frames, gsize n_frames, const char *target, LwProgress progress, gpointer data,
                             GCancellable *cancellable, GError **error);

typedef struct {
  const char *person;           /* for whom it is; NULL: not said */
  gboolean nameless;            /* the persons in it have no names, only “Person 1” …, and its past no log: for packages that leave the house */
} LwPackageOptions;
/* @options: NULL: as lw_project_package(). @person’s frames are assigned to him or her there. */
gboolean lw_project_package_for (LwProject *project, const gint64 *frames, gsize n_frames, const LwPackageOptions *options, const char *target, LwProgress progress, gpointer data,
                                 GCancellable *cancellable, GError **error);

/* One for each person whom frames are assigned to, in folders of @parent called by lw_package_dup_folder_name(). Returns: (element-type filename): the folders, in the order of the
 * first frame of each; NULL on error: those that were made by then stay, and are listed. LW_STORE_ERROR_NOT_FOUND where no frame is assigned. */
GPtrArray *lw_project_split (LwProject *project, const char *parent, gboolean nameless, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
/* “drive-for-Ann”, with what no file name should hold left out; @person NULL or "": “drive-package”. */
char *lw_package_dup_folder_name (const char *project, const char *person);

typedef struct { char *uuid, *person, *actor; gint64 created, merged; guint n_frames; } LwPackage;      /* @person: NULL: not said; @merged 0: not yet */
void lw_package_free (LwPackage *package);
GPtrArray *lw_project_list_packages (LwProject *project, GError **error);      /* (element-type LwPackage), newest first */

/* ---- back ---- */
/* Connected pixels that both sides changed, and disagree on. */
typedef struct {
  char *frame;                  /* its name */
  LwRect box;
  guint pixels;
  int x, y;                     /* one of them: the first in reading order */
  guint8 ours, theirs;          /* the classes that most of it has; theirs as this project numbers it */
  gint64 ours_at, theirs_at;    /* when either side last painted within the box */
  int taken;                    /* 0: ours, 1: theirs, -1: nobody has decided */
} LwMergeRegion;
/* What becomes of a region: as in @taken. */
typedef int (*LwMergeChoose) (const LwMergeRegion *region, gpointer data);

typedef struct {
  guint same, taken, merged;    /* frames: with nothing new; whose strokes were appended; put together from both sides */
  guint strokes, revisions;     /* that came */
  GPtrArray *regions;           /* (element-type LwMergeRegion): conflicts and what became of them */
  LwConfusion *agreement;       /* row: ours, column: theirs, over frames that both sides worked on */
  gint64 step;                  /* of all that changed, for lw_project_take_back(); 0: nothing did */
} LwMergeReport;
void lw_merge_report_clear (LwMergeReport *report);      /* frees what it holds; it may be used again */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwMergeReport, lw_merge_report_clear)

/* Takes what was done in @other, a copy or a package of this project, since the two parted. Where only @other worked on a frame, its strokes are appended; where both did, a
 * stroke puts the two together, and every revision of @other comes along. Before, a snapshot is taken. LW_STORE_ERROR_CONFLICT where @choose leaves a region undecided: then nothing
 * was changed, and @report tells of all regions. @dry: only report. Merging again changes nothing. All frames
 * are one step of undo; where it is cancelled on the way, those that were done. */
gboolean lw_project_merge (LwProject *project, LwProject *other, LwMergeChoose choose, gpointer choose_data, gboolean dry, LwMergeReport *report,
                           LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);

/* ---- decided so far, in a merge that is not done yet: kept with the project ---- */
char *lw_merge_dup_key (LwProject *other);            /* under which it is kept */
/* Takes the place of what was kept; @regions NULL, or none decided: forgets it. */
gboolean lw_project_keep_merge_decisions (LwProject *project, const char *key, const GPtrArray *regions, GError **error);
/* Sets @taken of all regions: -1 where it was not decided, or the region is another one since. Returns: how many were decided */
guint lw_project_recall_merge_decisions (LwProject *project, const char *key, const GPtrArray *regions);

/* The labels of one frame in both, the other’s in the numbers of this project (new classes in those that they would get). */
gboolean lw_project_load_merge (LwProject *project, LwProject *other, const char *frame, LwPlanes **ours, LwPlanes **theirs, GError **error);
