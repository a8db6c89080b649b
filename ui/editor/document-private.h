/* document-private.h: shared by document.c (what is open), document-open.c (how it is), document-edit.c (what is done to it), document-proposal.c and document-project.c */
#pragma once

#include "editor/document.h"
#include "editor/frame-load.h"

/* One call of open() or reload(): its callbacks find document NULL once another one took its place. */
typedef struct _Opening Opening;

struct _LwDocument
{
  GObject parent_instance;

  LwProject *project;
  LwPalette *palette;
  GHashTable *sources;             /* gint64 media → LwFrameSource; NULL value: being opened */
  GHashTable *unsaved;             /* gint64 frame → FrameState: every one that has strokes which aren't on disk */
  GHashTable *rescues;             /* gint64 frame → Rescue: refused strokes, to be painted again when the frame is loaded */
  GCancellable *cancellable;       /* of everything that ends with the document */

  LwFrame *frame;                  /* asked for last; NULL: none */
  Opening *opening, *reloading;    /* NULL: none */
  FrameState *state;               /* of @frame; NULL while loading */
  LwImage *image;
  int person;                      /* origin of the user; -1: nothing may be changed */
  gboolean is_person[256];
  GPtrArray *origins;              /* of LwOrigin; NULL: not read yet */
  gboolean listing_origins, asked_origin[256];

  LwEdit *edit;                    /* in progress, on the planes of @state */
  guint8 edit_origin;              /* the person, or the model that is being revealed */
  GCancellable *undo_load;         /* the undo that waits for its diff; NULL: none */
  gint64 begun;                    /* microseconds since 1970: strokes that came later and are not in @made are others' */
  GHashTable *made;                /* uuids of all strokes that were made here */
  char *asked;                     /* whose strokes undo or redo goes on to take, once told to; NULL: nobody's */
  int undo_wanted;                 /* steps still to take: negative undo, positive redo */
  guint64 n_changes;               /* of what is shown: a trial knows by it whether it still holds */
  guint n_unsaved;
  guint check_id;                  /* timeout: has somebody else changed the frame? */
};

enum { DOCUMENT_PROP_FRAME = 1, DOCUMENT_PROP_LOADING, DOCUMENT_PROP_CAN_UNDO, DOCUMENT_PROP_CAN_REDO, DOCUMENT_PROP_N_UNSAVED, DOCUMENT_PROP_HAS_PROPOSAL,
       DOCUMENT_N_PROPS };

/* document.c */
void document_notify (LwDocument *document, int property);
void document_damaged (LwDocument *document, const LwRect *rect);
void document_failed (LwDocument *document, GError *error, const char *doing);      /* takes @error; "@doing: message" */
void document_tell (LwDocument *document, const GError *error);
void document_edit_ended (LwDocument *document);
void document_source_opened (LwDocument *document, gint64 media);
void document_origins_changed (LwDocument *document);
void document_palette_changed (LwDocument *document);
void document_opened (LwDocument *document);

/* document-open.c */
void document_close_frame (LwDocument *document);
gboolean document_shows (LwDocument *document, const FrameState *state);      /* or is about to */
void document_load_for_rescue (LwDocument *document, gint64 frame);           /* a frame that isn't shown */
void document_ask_for_picture (LwDocument *document);                         /* of the frame that is being opened */
void document_do_without_picture (LwDocument *document, gint64 media);
gboolean document_keep_for_opening (LwDocument *document, LwProposal *proposal);   /* TRUE: taken, until the frame is shown */

void document_ask_before_turn (LwDocument *document, const char *maker, gboolean redo);
void document_was_answered (LwDocument *document);                            /* it goes on: the next ones of the same person are not asked about */
void document_stop_asking (LwDocument *document);                             /* undo and redo are about something else now */

/* document-project.c */
void document_watch_project (LwDocument *document);

/* document-edit.c */
void document_rescue (LwDocument *document, FrameState *state);               /* refused strokes of this frame, if there are any */
void document_forget_undo (LwDocument *document);
void document_hand_over_strokes (LwDocument *document);                       /* all that isn't on its way yet, at the end */
void document_save_stroke (LwDocument *document, FrameState *state, const char *tool, guint8 origin, LwDiff *diff);      /* a new one; empty: nothing */
/* Tile by tile: a long thin stroke lies in few of those that its bounding box holds. */
void document_damaged_by (LwDocument *document, const LwDiff *diff);
