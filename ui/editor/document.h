/* document.h: the frame under the brush: its picture, planes, history and proposal; no widget, and nothing here waits */
#pragma once

#include "label/apply.h"
#include "label/left.h"
#include "label/operations.h"
#include "store/save-copy.h"

/* Properties (all notify, all read-only): "frame" (pointer: lw_document_get_frame()), "loading", "can-undo", "can-redo", "n-unsaved" (uint: strokes
 * not yet on disk), "has-proposal".
 * Signals:
 *   "opened"           another frame is shown, or the same one was loaded again: everything changed
 *   "damaged"          (const LwRect *): repaint this part of the labels or the proposal
 *   "edit-ended"       the LwEdit is gone, by whatever way
 *   "palette-changed"
 *   "source-opened"    (gint64 media): lw_document_get_source() has it now
 *   "origins-changed"  lw_document_get_origin() knows more
 *   "failed"           (const GError *): for a toast
 *   "ask-before-turn"  (const char *person, gboolean redo): what undo or redo would take next was made in another window, by this person (NULL: the
 *                      same one); the next call takes it
 *   "answered"         it was taken, or something else was done
 * Main thread only. A document that goes away hands its last strokes to the project first: lw_project_close() waits for them. */
#define LW_TYPE_DOCUMENT (lw_document_get_type ())
G_DECLARE_FINAL_TYPE (LwDocument, lw_document, LW, DOCUMENT, GObject)

/* The palette is the project's, and follows its "classes-changed". */
LwDocument *lw_document_new (LwProject *project);

/* Opens another frame; an edit in progress is finished and committed first. What was shown stays on show until picture and labels of the new one are there
 * ("opened"): at once where the picture is in the cache and the frame still has unsaved strokes, else some milliseconds later. */
void lw_document_open (LwDocument *document, const LwFrame *frame);
void lw_document_reload (LwDocument *document);                          /* after a change from outside; "opened" comes again only where something differs */
const LwFrame *lw_document_get_frame (LwDocument *document);             /* NULL: none; the new one from the call of open() on */
gboolean lw_document_is_loading (LwDocument *document);
LwImage *lw_document_get_image (LwDocument *document);                   /* (transfer none); NULL while loading, and where it can't be read ("failed" was emitted) */
const LwPlanes *lw_document_get_planes (LwDocument *document);           /* NULL while loading */
const LwProposal *lw_document_get_proposal (LwDocument *document);       /* NULL: none */
gboolean lw_document_is_hand_work (LwDocument *document, guint8 origin); /* a person's */
const LwOrigin *lw_document_get_origin (LwDocument *document, guint8 index);   /* (transfer none); NULL: none, or it is being read: "origins-changed" comes */
const LwPalette *lw_document_get_palette (LwDocument *document);         /* never NULL; empty until the project's is loaded */
void lw_document_set_proposal (LwDocument *document, LwProposal *proposal);   /* taken; already stored in the project; of any frame: one of another frame is dropped */
/* (transfer none): open sources are kept. NULL until the medium is open: the first call starts that, "source-opened" or "failed" ends it. */
LwFrameSource *lw_document_get_source (LwDocument *document, gint64 media);

/* One edit at a time. begin returns NULL while loading, for a read-only project, or while another edit is open. Author: the person. */
LwEdit *lw_document_begin_edit (LwDocument *document, const LwProtection *protection);
/* The same by the model, for painting with its proposal: hand-painted pixels stay unless @overwrite_hand. NULL, too, where nothing is proposed. */
LwEdit *lw_document_begin_reveal (LwDocument *document, const LwProtection *protection, gboolean overwrite_hand);
/* Adds to @protection that pixels which a person set stay. */
void lw_document_protect_hand_work (LwDocument *document, LwProtection *protection);
LwEdit *lw_document_get_edit (LwDocument *document);                     /* NULL: none is open */
void lw_document_edit_changed (LwDocument *document);                    /* emits "damaged" for what the edit touched */
void lw_document_end_edit (LwDocument *document, const char *tool);      /* commits in the background; undoable */
void lw_document_cancel_edit (LwDocument *document);

/* An edit in progress is ended first. A stroke begun while an undo still loads its diff drops that undo. */
void lw_document_undo (LwDocument *document);
void lw_document_redo (LwDocument *document);
gboolean lw_document_can_undo (LwDocument *document);
gboolean lw_document_can_redo (LwDocument *document);
guint lw_document_get_n_unsaved (LwDocument *document);
/* (transfer full) (element-type LwUnsavedStroke): those strokes, to be written elsewhere: those of a frame in their order. They stay unsaved here. */
GPtrArray *lw_document_list_unsaved (LwDocument *document);

/* Applies (a part of) the proposal as one undoable stroke whose origin is the model. What @protection holds stays, and hand-painted pixels unless
 * @overwrite_hand. Returns pixels changed. */
guint64 lw_document_apply_proposal (LwDocument *document, const LwApplySelection *selection, const LwProtection *protection, gboolean overwrite_hand);
void lw_document_discard_proposal (LwDocument *document);

/* The newest revision of the open frame that is older than what is shown. */
typedef struct {
  gint64 frame, revision;          /* @revision 0: there is none */
  gint64 created;                  /* microseconds since 1970, UTC */
  char *author;
  LwLabelMap *map;                 /* NULL: none, or it is the known one */
} LwEarlier;
void lw_earlier_free (LwEarlier *earlier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwEarlier, lw_earlier_free)
/* @known: a revision whose map isn't needed again; 0: none. The frame is loaded. */
void lw_document_load_earlier_async (LwDocument *document, gint64 known, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
LwEarlier *lw_document_load_earlier_finish (GAsyncResult *result, GError **error);

/* An operation on the whole frame (grow, smooth, specks …), tried on a copy on another thread: so its effect is known before it is made. */
typedef struct _LwTrial LwTrial;
void lw_document_try_operation_async (LwDocument *document, const LwLabelOperation *operation, const LwProtection *protection, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data);
/* Returns: (transfer full): NULL with G_IO_ERROR_CANCELLED, or G_IO_ERROR_BUSY where nothing can be changed now */
LwTrial *lw_document_try_operation_finish (LwDocument *document, GAsyncResult *result, GError **error);
void lw_trial_free (LwTrial *trial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwTrial, lw_trial_free)
guint64 lw_trial_get_n_pixels (const LwTrial *trial);                    /* that change */
guint lw_trial_get_n_regions (const LwTrial *trial);                     /* specks removed, holes filled; before protection */
/* Makes it, as one undoable stroke. FALSE: the frame changed since it was tried: try again. */
gboolean lw_document_apply_trial (LwDocument *document, const LwTrial *trial, const char *tool);

/* What is still to be done, found on another thread. @limit: pixels that a speck has fewer than, or the confidence (0..255) below which there is doubt. */
typedef enum { LW_LEFT_UNLABELLED, LW_LEFT_SPECKS, LW_LEFT_UNSURE, LW_N_LEFT_KINDS } LwLeftKind;
void lw_document_find_left_async (LwDocument *document, LwLeftKind kind, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Returns: (transfer full) (element-type LwLeftArea): as in left.h; NULL without an error: nothing is on show, or nothing proposed with its confidence */
GArray *lw_document_find_left_finish (LwDocument *document, GAsyncResult *result, GError **error);
