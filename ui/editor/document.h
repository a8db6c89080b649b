/* document.h: the frame under the brush: its picture, planes, history and proposal; no widget, and nothing here waits */
#pragma once

#include "label/apply.h"
#include "store/project.h"

/* Properties (all notify): "frame" (via lw_document_get_frame), "loading", "can-undo", "can-redo", "n-unsaved" (strokes not yet on disk), "has-proposal".
 * Signals: "opened" (another frame is shown: everything changed), "damaged" (LwRect *: repaint this part of the labels or the proposal),
 * "palette-changed", "failed" (const GError *: a toast). Main thread only. */
#define LW_TYPE_DOCUMENT (lw_document_get_type ())
G_DECLARE_FINAL_TYPE (LwDocument, lw_document, LW, DOCUMENT, GObject)

LwDocument *lw_document_new (LwProject *project);
LwProject *lw_document_get_project (LwDocument *document);

/* Opens another frame; an edit in progress is finished and committed first. The picture comes from the cache at once where it is there. */
void lw_document_open (LwDocument *document, const LwFrame *frame);
void lw_document_reload (LwDocument *document);                          /* after a change from outside */
const LwFrame *lw_document_get_frame (LwDocument *document);             /* NULL: none */
LwImage *lw_document_get_image (LwDocument *document);                   /* (transfer none); NULL while loading */
const LwPlanes *lw_document_get_planes (LwDocument *document);           /* NULL while loading */
const LwProposal *lw_document_get_proposal (LwDocument *document);       /* NULL: none */
const LwPalette *lw_document_get_palette (LwDocument *document);
void lw_document_set_palette (LwDocument *document, const LwPalette *palette);
void lw_document_set_proposal (LwDocument *document, LwProposal *proposal);   /* taken; already stored in the project */
LwFrameSource *lw_document_get_source (LwDocument *document, gint64 media);   /* (transfer none): open sources are kept */

/* One edit at a time. begin returns NULL while loading, for a read-only project, or while another edit is open. Author: the person. */
LwEdit *lw_document_begin_edit (LwDocument *document, const LwProtection *protection);
void lw_document_edit_changed (LwDocument *document);                    /* emits "damaged" for what the edit touched */
void lw_document_end_edit (LwDocument *document, const char *tool);      /* commits in the background; undoable */
void lw_document_cancel_edit (LwDocument *document);

void lw_document_undo (LwDocument *document);
void lw_document_redo (LwDocument *document);

/* Applies (a part of) the proposal as one undoable stroke whose origin is the model. Hand-painted pixels stay unless @overwrite_hand. Returns pixels changed. */
guint64 lw_document_apply_proposal (LwDocument *document, const LwApplySelection *selection, gboolean overwrite_hand);
void lw_document_discard_proposal (LwDocument *document);
