/* pixel-line.h: a line that says who or what set the pixel of a picture under the pointer, and when */
#pragma once

#include "desk/desk.h"
#include <adwaita.h>

#define LW_TYPE_PIXEL_LINE (lw_pixel_line_get_type ())
G_DECLARE_FINAL_TYPE (LwPixelLine, lw_pixel_line, LW, PIXEL_LINE, AdwBin)

/* Once. @picture shows a whole frame, fitted and in the middle, as GtkPicture does. */
void lw_pixel_line_watch (LwPixelLine *line, GtkPicture *picture, LwDesk *desk);
/* What the picture shows: a revision of a frame; @revision 0: its labels now. @width 0: nothing. */
void lw_pixel_line_set_state (LwPixelLine *line, gint64 frame, gint64 revision, int width, int height);
