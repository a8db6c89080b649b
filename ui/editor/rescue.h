/* rescue.h: strokes that were refused because somebody else changed the frame first, kept as the pixels that they set
 *
 * A diff says what flips, which makes no sense on other planes. So what these strokes came to, pixel by pixel, is painted again over the newer planes. */
#pragma once

#include "editor/frame-state.h"

typedef struct _Rescue Rescue;
/* @strokes: GQueue of Stroke, all of them in @planes already. */
Rescue *rescue_new (const LwPlanes *planes, const GQueue *strokes);
void rescue_free (Rescue *rescue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rescue, rescue_free)

/* One edit for each origin that set some of the pixels; @done gets each finished diff. */
typedef void (*RescueFunc) (guint8 origin, LwDiff *diff, gpointer data);
void rescue_apply (const Rescue *rescue, LwPlanes *planes, RescueFunc done, gpointer data);
