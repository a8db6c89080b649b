/* assistant.h: what core/assist finds in the open picture, on threads of its own; results are kept until another picture comes */
#pragma once

#include "assist/grab-cut.h"
#include "assist/live-wire.h"
#include "assist/superpixels.h"
#include "media/image.h"

/* Main thread only; nothing here waits. @ready is called when something that was asked for is there; @failed with a message (lent) when it can't be. */
typedef struct _LwAssistant LwAssistant;
typedef void (*LwAssistantReady) (gpointer data);
typedef void (*LwAssistantFailed) (const char *message, gpointer data);
LwAssistant *lw_assistant_new (LwAssistantReady ready, LwAssistantFailed failed, gpointer data);
void lw_assistant_free (LwAssistant *assistant);

/* The same picture again: nothing changes. Another one, or NULL: work is cancelled, results are dropped. */
void lw_assistant_set_image (LwAssistant *assistant, LwImage *image);
LwPixels lw_assistant_get_pixels (const LwAssistant *assistant);                             /* only while there is a picture */
gboolean lw_assistant_is_busy (const LwAssistant *assistant);                                  /* something that was asked for is not there yet */
gboolean lw_assistant_has_image (const LwAssistant *assistant);
gboolean lw_assistant_shows (const LwAssistant *assistant, const LwImage *image);             /* it is this very picture */

/* (transfer none): NULL: not there yet, and begun. */
const LwSuperpixels *lw_assistant_get_superpixels (LwAssistant *assistant, int size);
const LwLiveWire *lw_assistant_get_wire (LwAssistant *assistant, LwCorner anchor);

/* One box cut at a time. A stroke says of the pixels along it that they belong to the thing or don't; the cut takes one step for each, in their order, so that the same
 * strokes in the same box give the same cut again. */
typedef struct { double x, y; } LwCutPoint;
void lw_assistant_begin_cut (LwAssistant *assistant, const LwCutBox *box);
void lw_assistant_mark_cut (LwAssistant *assistant, gboolean inside, const LwCutPoint *points, gsize n, double radius);
void lw_assistant_drop_cut (LwAssistant *assistant);
gboolean lw_assistant_has_cut (const LwAssistant *assistant, LwCutBox *box);                 /* begun, perhaps still running */
const guint8 *lw_assistant_get_cut (const LwAssistant *assistant, LwCutBox *box);            /* (transfer none): the mask; NULL while it runs */

/* A cut that is put away until its picture is there again. */
typedef struct _LwCutDraft LwCutDraft;
LwCutDraft *lw_assistant_put_cut_away (LwAssistant *assistant);                             /* (transfer full): NULL: there is none; it is dropped here */
void lw_assistant_take_cut_up (LwAssistant *assistant, LwCutDraft *draft);                  /* takes the draft; begins the cut with all its strokes */
void lw_cut_draft_free (LwCutDraft *draft);
