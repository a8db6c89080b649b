/* project.h: the open project: one SQLite file, one writer thread, any number of readers
 *
 * Every call here is synchronous and may be made from any thread, except that the window never makes one on its main thread: there,
 * lw_project_run_async() and the _async calls are used. Writes are carried out in order on the writer thread (a synchronous
 * write waits for its turn and its commit); none holds the database longer than 20 ms. Reads use connections of their own. */
#pragma once

#include <gio/gio.h>
#include "label/edit.h"
#include "label/palette.h"
#include "media/frame-source.h"

#define LW_STORE_ERROR (lw_store_error_quark ())
typedef enum {
  LW_STORE_ERROR_NOT_A_PROJECT,
  LW_STORE_ERROR_NEWER,        /* made by a newer program, whose min_reader shuts this one out */
  LW_STORE_ERROR_READ_ONLY,    /* opened read-only (newer version, folder without write permission) */
  LW_STORE_ERROR_FULL,         /* no room on the disk: nothing of the call was written */
  LW_STORE_ERROR_DAMAGED,
  LW_STORE_ERROR_BUSY,         /* another process held the database too long */
  LW_STORE_ERROR_CONFLICT,     /* the frame changed since it was loaded (another window): load it again */
  LW_STORE_ERROR_NOT_FOUND,    /* no such frame, model, dataset …: the message names it */
  LW_STORE_ERROR_EXISTS,       /* a name is taken: the message offers a prefix or another name */
  LW_STORE_ERROR_INVALID,      /* what was asked for can't be: the message says why */
  LW_STORE_ERROR_IO,
  LW_STORE_ERROR_CONTRACT,     /* a frame can't be accepted as it is (review.h): the message names frame and reasons; nothing was changed */
  LW_STORE_ERROR_GONE,         /* the open project is not where it was: its drive was removed, its folder moved, or another project is there now */
} LwStoreError;
GQuark lw_store_error_quark (void);

/* Signals, in the main context of the thread that opened it, for changes of this process and of all others: "frames-changed" (media added or moved, or very many
 * frames changed), "frame-changed" (gint64 id: status, labels or proposal), "classes-changed", "models-changed" (datasets and evaluations too), "jobs-changed";
 * and "write-failed" (GError *: the stroke queue is held in memory and tried again; told of a removed drive even where nothing is queued), "write-recovered". */
#define LW_TYPE_PROJECT (lw_project_get_type ())
G_DECLARE_FINAL_TYPE (LwProject, lw_project, LW, PROJECT, GObject)

/* ---- open and create ---- */
LwProject *lw_project_create (const char *folder, const LwPalette *palette, GError **error);   /* refuses a folder that is not empty */
LwProject *lw_project_open (const char *folder, GError **error);                               /* also the path of its project.sqlite */
/* Waits for queued writes, then closes; the last unref does it too. FALSE: some stroke could not be written; the project stays open and keeps trying. */
gboolean lw_project_close (LwProject *project, GError **error);
const char *lw_project_get_folder (LwProject *project);                                        /* lent; absolute, without links */
char *lw_project_dup_name (LwProject *project);                                                /* the folder's name */
gboolean lw_project_is_read_only (LwProject *project);
typedef enum { LW_READ_ONLY_NOT, LW_READ_ONLY_PLACE, LW_READ_ONLY_NEWER } LwReadOnly;          /* folder, file or drive can't be written; a newer program made it */
LwReadOnly lw_project_get_read_only (LwProject *project);                                      /* why it can't be written; what was found first, where both are true */

/* Runs @func on a worker thread, where the synchronous calls may be used; its result through g_task_propagate_*. */
void lw_project_run_async (LwProject *project, GTaskThreadFunc func, gpointer data, GDestroyNotify free_data, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);

/* Small strings kept with the project ("window.last-frame"). NULL where never set. */
char *lw_project_get_setting (LwProject *project, const char *key);
/* @value NULL: forgets it. */
gboolean lw_project_set_setting (LwProject *project, const char *key, const char *value, GError **error);

/* ---- who ---- */
typedef enum { LW_ORIGIN_PERSON, LW_ORIGIN_MODEL, LW_ORIGIN_PROPAGATION, LW_ORIGIN_IMPORT } LwOriginKind;
typedef struct {
  guint8 index;
  LwOriginKind kind;
  char *name, *person;          /* @person: UUID of a person, or NULL (author.h) */
  gint64 model;                 /* 0 unless LW_ORIGIN_MODEL */
} LwOrigin;
GPtrArray *lw_project_list_origins (LwProject *project, GError **error);                       /* (element-type LwOrigin) */
/* The index of that origin, added where it is new; at most 255 a project. @name: of a person the UUID; NULL: the author at this computer. -1 on error. */
int lw_project_get_origin (LwProject *project, LwOriginKind kind, const char *name, gint64 model, GError **error);

/* ---- classes ---- */
LwPalette *lw_project_dup_palette (LwProject *project, GError **error);
/* Ids that are gone must not be in use in any working map or revision: LW_STORE_ERROR_INVALID names class and frame. */
gboolean lw_project_set_palette (LwProject *project, const LwPalette *palette, GError **error);
/* The id for a class called @name that is added to @palette: that of a class of this name that was removed, else one that the project never used. -1 on error.
 * (lw_palette_next_id() knows nothing of removed classes, whose ids set_palette refuses to give to others.) */
int lw_project_find_class_id (LwProject *project, const LwPalette *palette, const char *name, GError **error);

/* Classes whose pixels no program may change, by painting or by applying; undo does. Kept with the project. */
void lw_project_get_locked (LwProject *project, gboolean locked[256]);
/* Takes the place of all that was locked. */
gboolean lw_project_set_locked (LwProject *project, const gboolean locked[256], GError **error);

/* ---- media and frames ---- */
typedef enum { LW_FRAME_NEW, LW_FRAME_IN_PROGRESS, LW_FRAME_SUBMITTED, LW_FRAME_ACCEPTED, LW_FRAME_RETURNED, LW_N_FRAME_STATUSES } LwFrameStatus;
const char *lw_frame_status_get_nick (LwFrameStatus status);                                   /* "new", "in-progress", "submitted", "accepted", "returned" */
gboolean lw_frame_status_from_nick (const char *nick, LwFrameStatus *status);

typedef struct {
  gint64 id, media;
  guint ordinal;                /* in its medium */
  char *uuid, *name;
  gint64 pts;                   /* G_MININT64: none */
  int tb_num, tb_den;
  int width, height;
  LwFrameStatus status;
  gboolean has_proposal;
  gint64 seq, proposal;         /* of its last stroke (LwHistory.seq), of its proposal (0: none): they tell whether labels or proposal changed */
  char *assignee;               /* who is to label it; NULL: nobody */
} LwFrame;
LwFrame *lw_frame_copy (const LwFrame *frame);                                                 /* (transfer full) */
void lw_frame_free (LwFrame *frame);                                                           /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwFrame, lw_frame_free)

typedef struct {
  gint64 id;
  char *uuid, *name;            /* @name: stem of the file or folder; what SPEC's MEDIA means */
  LwMediaKind kind;
  char *path;                   /* absolute now; stored relative to the project where it can be */
  guint64 size;
  char *sha256;
  gboolean missing;             /* not where it was: relink */
} LwMedia;
void lw_media_free (LwMedia *media);                                                           /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwMedia, lw_media_free)

typedef struct {
  guint every;                  /* every n-th frame of the medium; 0 means 1 */
  double start, end;            /* seconds from the first frame; end <= 0: to the last */
  gboolean copy;                /* into media/ of the project */
  const char *prefix;           /* of the frames' names; NULL: none */
} LwAddOptions;
/* Adds a medium and its frames in one operation (staged, then visible at once). Returns its id, 0 on error (LW_STORE_ERROR_EXISTS names the frame that collides). */
gint64 lw_project_add_media (LwProject *project, const LwMediaInfo *info, const LwAddOptions *options, LwProgress progress, gpointer data,
                             GCancellable *cancellable, GError **error);
GPtrArray *lw_project_list_media (LwProject *project, GError **error);                         /* (element-type LwMedia) */
LwFrameSource *lw_project_open_media (LwProject *project, gint64 media, GError **error);
/* Points @media at a file or folder elsewhere, if its size and SHA-256 agree (LW_MEDIA_ERROR_CHANGED otherwise). */
gboolean lw_project_relink_media (LwProject *project, gint64 media, const char *path, GError **error);
/* Looks below @folders for every missing medium by name, size and hash. Returns the number found, -1 on error. */
int lw_project_find_missing_media (LwProject *project, const char *const *folders, GCancellable *cancellable, GError **error);
GPtrArray *lw_project_list_frames (LwProject *project, GError **error);                        /* (element-type LwFrame), in display order: media, then ordinal */
/* @spec as in the command line: all, a status, names, MEDIA:ORDINALS, @PERSON for those assigned to somebody (@ alone: to nobody), separated by commas or given singly; LW_STORE_ERROR_NOT_FOUND names what matches nothing. */
GPtrArray *lw_project_select_frames (LwProject *project, const char *const *specs, GError **error);
/* (transfer full): LW_STORE_ERROR_NOT_FOUND also where its medium was removed. */
LwFrame *lw_project_get_frame (LwProject *project, gint64 frame, GError **error);

/* ---- the working map, strokes and undo ---- */
/* What undo and redo would take next: uuids of strokes, oldest first, the last one next. */
typedef struct { GPtrArray *undo, *redo; gint64 seq; } LwHistory;
void lw_history_free (LwHistory *history);                                                     /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwHistory, lw_history_free)

/* @history (out) (optional): consistent with the planes */
LwPlanes *lw_project_load_planes (LwProject *project, gint64 frame, LwHistory **history, GError **error);
/* What a stroke changed, also one that is still on its way to the disk. (transfer full); LW_STORE_ERROR_NOT_FOUND, or DAMAGED. */
LwDiff *lw_project_load_diff (LwProject *project, gint64 frame, const char *stroke_uuid, GError **error);

typedef struct {
  const char *uuid;             /* NULL: made here */
  const char *undoes;           /* uuid of the stroke that this one takes back, or NULL. Redo takes back an undo. */
  const char *tool;             /* "brush", "polygon", "fill", "apply", "import" … */
  guint8 origin;                /* its author */
  gint64 base_seq;              /* LwHistory.seq that the caller last saw (each commit adds 1); -1: don't check, which is right only where nobody else
                                 * can have changed the frame: a diff is an XOR, and of other labels it makes nonsense */
} LwStrokeInfo;
/* One transaction: journal row and working tiles (each stored tile XOR the diff's). Acknowledged = on disk (WAL, synchronous FULL).
 * A first stroke turns a new frame into one in progress; a stroke on a submitted or accepted frame turns it into one in progress too. Its undo gives the status back. */
gboolean lw_project_commit_stroke (LwProject *project, gint64 frame, const LwStrokeInfo *info, const LwDiff *diff, GError **error);
/* Queued in order and never dropped: when the disk is full it stays queued, "write-failed" is emitted, and it is tried again. CONFLICT is reported to the callback. */
void lw_project_commit_stroke_async (LwProject *project, gint64 frame, const LwStrokeInfo *info, LwDiff *diff,
                                     GAsyncReadyCallback callback, gpointer user_data);
/* FALSE: it was given up: LW_STORE_ERROR_CONFLICT or another error that trying again does not mend. */
gboolean lw_project_commit_stroke_finish (LwProject *project, GAsyncResult *result, GError **error);
guint lw_project_get_n_queued (LwProject *project);                                            /* strokes that are not on the disk yet */

/* ---- revisions and status ---- */
typedef enum { LW_REVISION_MANUAL, LW_REVISION_IMPORT, LW_REVISION_PROPAGATED, LW_REVISION_MERGE } LwRevisionKind;
typedef struct {
  gint64 id, frame, parent;     /* @parent 0: none */
  char *uuid, *author, *message;      /* @author: a name, as it is now */
  char *person;                 /* UUID of the author; NULL: known by the name of an account only */
  LwRevisionKind kind;
  gint64 created;               /* microseconds since 1970, UTC */
  gint64 seq;                   /* strokes of the frame that are in it */
} LwRevision;
void lw_revision_free (LwRevision *revision);                                                  /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwRevision, lw_revision_free)
gint64 lw_project_add_revision (LwProject *project, gint64 frame, LwRevisionKind kind, const char *message, GError **error);   /* of the working map; 0 on error */
GPtrArray *lw_project_list_revisions (LwProject *project, gint64 frame, GError **error);       /* newest first */
LwPlanes *lw_project_load_revision (LwProject *project, gint64 revision, GError **error);

/* Replaces the working map by @map in one stroke (tool "import") and makes a revision of that kind. */
gboolean lw_project_import_map (LwProject *project, gint64 frame, const LwLabelMap *map, guint8 origin, LwRevisionKind kind, const char *message, GError **error);

typedef enum { LW_ACTION_SUBMIT, LW_ACTION_ACCEPT, LW_ACTION_RETURN } LwAction;
/* Makes a revision of each frame and sets its status, with an audit row; one transaction a frame. Submit takes any frame with labels that is not accepted, accept
 * a submitted one (or one in progress: submit and accept at once), return a submitted or accepted one; anything else is LW_STORE_ERROR_INVALID and changes nothing. */
gboolean lw_project_act (LwProject *project, const gint64 *frames, gsize n_frames, LwAction action, const char *message, GError **error);
/* The same with progress. All frames are one step of undo; where it is cancelled or fails on the way, those that were done. @step (out) (optional): 0: none was */
gboolean lw_project_act_on (LwProject *project, const gint64 *frames, gsize n_frames, LwAction action, const char *message, LwProgress progress,
                            gpointer data, GCancellable *cancellable, gint64 *step, GError **error);

/* ---- undo of what is more than a stroke: statuses, classes, added media, labels of many frames ---- */
typedef enum { LW_STEP_STATUS, LW_STEP_CLASSES, LW_STEP_MEDIA, LW_STEP_LABELS, LW_STEP_ASSIGNMENT, LW_STEP_REPLACED, LW_STEP_REMOVED_MEDIA, LW_STEP_MERGED } LwStepKind;
typedef struct {
  gint64 id;
  LwStepKind kind;
  LwAction action;              /* of LW_STEP_STATUS */
  guint n_frames;               /* that changed, or were added */
  char *name;                   /* of the only frame, or the medium; NULL: several, or none */
  char *did;                    /* "submit", "assign", "classes", "add-media", "restore", "merge": as the audit has it */
} LwStep;
void lw_step_free (LwStep *step);                                                              /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwStep, lw_step_free)
/* What this person (the user of this computer) would undo and redo next, also after a restart. @undo, @redo (out): NULL: nothing */
gboolean lw_project_peek_steps (LwProject *project, LwStep **undo, LwStep **redo, GError **error);
/* Takes back a whole step; given the one that took back, does it again. Frames that changed since stay as they are: @n_left (out) (optional) says how many; all of
 * them, classes that changed since, or media that were worked on are LW_STORE_ERROR_INVALID and change nothing. Returns: the step that this made; 0 on error */
gint64 lw_project_take_back (LwProject *project, gint64 step, guint *n_left, GError **error);

/* ---- proposals ---- */
typedef struct {
  gint64 frame, model;
  LwLabelMap *map;              /* class ids; LW_LABEL_NONE where the model has no class of the project */
  LwLabelMap *confidence;       /* ceil (w / 4) x ceil (h / 4): 0..255 for 0..1 */
  gint64 created;
} LwProposal;
void lw_proposal_free (LwProposal *proposal);                                                  /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwProposal, lw_proposal_free)
gboolean lw_project_set_proposal (LwProject *project, const LwProposal *proposal, GError **error);   /* replaces the frame's; kept in history while something of it was applied */
LwProposal *lw_project_load_proposal (LwProject *project, gint64 frame, GError **error);       /* NULL without an error: none */
gboolean lw_project_discard_proposal (LwProject *project, gint64 frame, GError **error);

/* ---- models ---- */
typedef enum { LW_MODEL_CANDIDATE, LW_MODEL_CHAMPION, LW_MODEL_RETIRED } LwModelStatus;
typedef struct {
  gint64 id, parent, dataset;   /* 0: none */
  char *uuid, *name;            /* unique in the project */
  char *path;                   /* absolute: models/<sha256>.safetensors */
  char *sha256, *architecture;
  char *classes;                /* JSON array: the class name of each channel */
  char *recipe, *metrics, *card;   /* JSON, or NULL */
  gint64 seed, created;
  LwModelStatus status;
} LwModel;
void lw_model_free (LwModel *model);                                                           /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwModel, lw_model_free)
/* Copies @file into models/ under its hash; fields of @model but id, uuid, path, sha256, created are taken. Returns the id, 0 on error. */
gint64 lw_project_add_model (LwProject *project, const LwModel *model, const char *file, GError **error);
GPtrArray *lw_project_list_models (LwProject *project, GError **error);                        /* newest first */
LwModel *lw_project_find_model (LwProject *project, const char *name_or_uuid, GError **error);
LwModel *lw_project_get_champion (LwProject *project, GError **error);                         /* NULL without an error: none */
gboolean lw_project_promote_model (LwProject *project, gint64 model, const char *reason, GError **error);
gboolean lw_project_rollback_model (LwProject *project, GError **error);                       /* the champion before this one */
/* Proposals' class table: channel → class id by name (and alias), LW_LABEL_NONE where the project has no such class. */
gboolean lw_project_map_channels (LwProject *project, const char *classes_json, guint8 table[256], GError **error);

/* ---- datasets ---- */
typedef enum { LW_SPLIT_TRAIN, LW_SPLIT_VAL, LW_SPLIT_TEST } LwSplit;
typedef struct { gint64 frame, revision; LwSplit split; } LwDatasetItem;
typedef struct { gint64 id; char *uuid, *name; gint64 created; GArray *items; guint n_train, n_val, gap; } LwDataset;
void lw_dataset_free (LwDataset *dataset);                                                     /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwDataset, lw_dataset_free)
typedef struct {
  double val_fraction;          /* 0.25 unless told */
  guint segment;                /* neighbouring frames kept together, in frames of the project; 0: chosen */
  guint gap;                    /* frames left out between train and val, of one medium; 0: one segment */
  guint64 seed;
} LwSplitOptions;
/* Freezes the newest accepted revision of every accepted frame of @frames (NULL: all). Val frames lie at least a segment away from train frames; with too few
 * frames for that every frame trains and n_val is 0. Frames that trained @exclude_trained_by (a model id, or 0) or a parent of it never become val. */
gint64 lw_project_create_dataset (LwProject *project, const char *name, const gint64 *frames, gsize n_frames, const LwSplitOptions *options,
                                  gint64 exclude_trained_by, GError **error);
/* How many frames would train and validate if a dataset of all accepted frames were made now, with the default options. */
gboolean lw_project_preview_dataset (LwProject *project, gint64 exclude_trained_by, guint *n_train, guint *n_val, GError **error);
/* The frames that trained @model (an id; 0: none) or one that it was fine-tuned from: a set of gint64 *. */
GHashTable *lw_project_get_trained_frames (LwProject *project, gint64 model, GError **error);
GPtrArray *lw_project_list_datasets (LwProject *project, GError **error);                      /* items NULL */
LwDataset *lw_project_load_dataset (LwProject *project, const char *name_or_uuid, GError **error);

/* ---- jobs ---- */
typedef enum { LW_JOB_RUNNING, LW_JOB_DONE, LW_JOB_FAILED, LW_JOB_CANCELLED } LwJobStatus;
typedef struct { gint64 id; char *uuid, *kind, *folder, *message; LwJobStatus status; gint64 dataset, base_model, model, created; } LwJob;
void lw_job_free (LwJob *job);                                                                 /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwJob, lw_job_free)
/* Makes jobs/UUID/ and its row. */
LwJob *lw_project_create_job (LwProject *project, const char *kind, gint64 dataset, gint64 base_model, GError **error);
GPtrArray *lw_project_list_jobs (LwProject *project, GError **error);                          /* (element-type LwJob), newest first */
/* A job that is done stays so, whatever a slower window makes of its folder. */
gboolean lw_project_finish_job (LwProject *project, gint64 job, LwJobStatus status, gint64 model, const char *message, GError **error);

/* ---- evaluations ---- */
gboolean lw_project_add_evaluation (LwProject *project, gint64 model, gint64 dataset, const char *metrics_json, GError **error);
char *lw_project_get_evaluation (LwProject *project, gint64 model, gint64 dataset, GError **error);   /* the newest; NULL without an error: none */

/* ---- who did what ---- */
typedef struct { char *copy, *actor, *action, *object, *details; gint64 seq, at; /* microseconds since 1970, UTC */ } LwAuditEntry;
void lw_audit_entry_free (LwAuditEntry *entry);                                                /* NULL is nothing to free */
/* (element-type LwAuditEntry), oldest first; @newest: only so many of the last ones, 0: all. */
GPtrArray *lw_project_list_audit (LwProject *project, guint newest, GError **error);

/* ---- checks ---- */
/* SQLite integrity, foreign keys, tiles against their hashes, audit chain, media and model hashes. Returns (element-type utf8): what is wrong, empty when all is well. */
GPtrArray *lw_project_verify (LwProject *project, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
