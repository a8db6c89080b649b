/* canvas-rig.h: a window with nothing but a canvas, and a hand that moves the real pointer (xdotool) */
#pragma once

#include "editor/canvas.h"
#include "fixture.h"

typedef struct {
  Fixture *fixture;
  LwDocument *document;
  LwToolbox *toolbox;
  GtkWidget *window, *canvas;
} Rig;

/* The window is undecorated, at 0, 0 of the display: widget coordinates are those of the display. */
Rig *rig_new (int window_width, int window_height, int image_width, int image_height);
void rig_free (Rig *rig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)

const LwLabelMap *rig_labels (Rig *rig);
void rig_to_image (Rig *rig, double x, double y, double *image_x, double *image_y);
/* Runs xdotool with these words and turns the main loop meanwhile, until all of it is done, on other threads, too; so it does at each word “wait” between them. */
void rig_hand (Rig *rig, const char *format, ...) G_GNUC_PRINTF (2, 3);
void rig_rest (Rig *rig);              /* until that is so */
void rig_settle (void);                /* until what is known so far is drawn: other threads may still be at work */
/* What the window shows now, 0xffRRGGBB: (transfer full) */
guint32 *rig_render (Rig *rig, int *width, int *height);
