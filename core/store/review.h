/* review.h: who is to label a frame, what was said about it, and what must hold before it is accepted */
#pragma once

#include "store/project.h"

/* ---- who ---- */
/* @person: a name; NULL or empty: nobody. Where the project knows one person of that name, the assignment follows when the name changes. All frames are one step of undo; those that are @person's already are left out. @step (out) (optional): 0: nothing changed */
gboolean lw_project_assign (LwProject *project, const gint64 *frames, gsize n_frames, const char *person, gint64 *step, GError **error);
/* (element-type utf8): the names of everybody whom the project knows, in alphabetical order: persons, assignees, the author at this computer */
GPtrArray *lw_project_list_persons (LwProject *project, GError **error);

/* ---- what was said: threads, each at a pixel of a frame ---- */
#define LW_COMMENT_MAX_CHARACTERS 10000
typedef struct {
  gint64 id;
  char *uuid, *author, *text;   /* @author: the name as it is now */
  char *person;                 /* UUID of the author */
  gint64 created;               /* microseconds since 1970, UTC */
} LwComment;
typedef struct {
  gint64 id, frame;             /* @id: of the first comment */
  int x, y;
  gboolean resolved;
  char *resolver;               /* who did; NULL unless @resolved */
  GPtrArray *comments;          /* (element-type LwComment), oldest first; never empty */
} LwThread;
void lw_thread_free (LwThread *thread);      /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwThread, lw_thread_free)
/* @frame 0: of all frames. Returns: (element-type LwThread), oldest first */
GPtrArray *lw_project_list_threads (LwProject *project, gint64 frame, GError **error);
/* gint64 *frame → GUINT_TO_POINTER (threads that are not resolved) */
GHashTable *lw_project_count_open_threads (LwProject *project, GError **error);
/* A first comment at a pixel of the frame, or an answer. Both open a thread that was resolved. Returns: the comment's id; 0 on error */
gint64 lw_project_add_comment (LwProject *project, gint64 frame, int x, int y, const char *text, GError **error);
/* @thread: LwThread.id. Returns: the comment's id; 0 on error */
gint64 lw_project_answer_comment (LwProject *project, gint64 thread, const char *text, GError **error);
/* @resolved FALSE opens it again. Said by the person at this computer, as a comment is. */
gboolean lw_project_resolve_thread (LwProject *project, gint64 thread, gboolean resolved, GError **error);
/* One's own only; what was said stays in the project, out of sight. With the first comment goes the thread, unless somebody answered: then INVALID. */
gboolean lw_project_withdraw_comment (LwProject *project, gint64 comment, GError **error);

/* ---- verdicts ---- */
typedef struct {
  gint64 id, frame, revision;
  char *uuid, *person, *message;       /* @message: NULL: none */
  LwAction action;
  gint64 at;                    /* microseconds since 1970, UTC */
} LwVerdict;
void lw_verdict_free (LwVerdict *verdict);      /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwVerdict, lw_verdict_free)
GPtrArray *lw_project_list_verdicts (LwProject *project, gint64 frame, GError **error);        /* (element-type LwVerdict), newest first */

/* ---- the contract: what must hold before a frame can be accepted ---- */
typedef struct {
  gboolean complete;            /* every pixel has a class */
  guint32 speck;                /* no connected region of one class has fewer pixels; 0: any size is right */
  gboolean locked;              /* since the frame was accepted last (or imported, where it never was) no pixel came to or left a locked class */
  gboolean resolved;            /* every thread is resolved */
  gboolean other;               /* the reviewer has not painted on the frame since it was accepted last, did not submit it, and it is not assigned to him or her */
} LwContract;
/* Empty where none was set, or what was set can't be read. */
void lw_project_get_contract (LwProject *project, LwContract *contract);
/* For all frames that are accepted from now on; with an audit row. */
gboolean lw_project_set_contract (LwProject *project, const LwContract *contract, GError **error);

typedef enum { LW_BREACH_UNLABELLED, LW_BREACH_SPECK, LW_BREACH_LOCKED, LW_BREACH_THREAD, LW_BREACH_REVIEWER, LW_N_BREACH_KINDS } LwBreachKind;
/* One place (or none: a reviewer) that breaks the contract. */
typedef struct {
  LwBreachKind kind;
  LwRect box;                   /* empty for LW_BREACH_REVIEWER */
  int x, y;                     /* a pixel of it */
  guint32 pixels;
  guint8 class_id;              /* of the speck; of the locked class that came or went */
} LwBreach;
typedef struct {
  GArray *breaches;             /* of LwBreach, by kind, in reading order; of each kind the first LW_CONTRACT_MAX_PLACES */
  guint n[LW_N_BREACH_KINDS];   /* all of them */
  guint64 unlabelled, locked;   /* pixels */
  char *person;                 /* who has a hand in the frame, for LW_BREACH_REVIEWER; or NULL */
  gint64 seq;                   /* strokes of the frame that were looked at */
} LwContractReport;
#define LW_CONTRACT_MAX_PLACES 1000
void lw_contract_report_clear (LwContractReport *report);      /* frees what it holds; it may be used again */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwContractReport, lw_contract_report_clear)
gboolean lw_contract_report_is_clean (const LwContractReport *report);      /* nothing breaks the contract */
char *lw_contract_report_describe (const LwContractReport *report);                            /* one sentence for a person; NULL where it is clean */
/* What lw_project_act() would find were @frame accepted now; it refuses with LW_STORE_ERROR_CONTRACT. */
gboolean lw_project_check_contract (LwProject *project, gint64 frame, LwContractReport *report, GError **error);
