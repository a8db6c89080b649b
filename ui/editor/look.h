/* look.h: how a frame is shown: style of the labels, heat, the picture's adjustment, the split; kept between frames and across restarts; changes no data */
#pragma once

#include <glib-object.h>
#include "editor/compositor.h"

/* What labels can be compared with. The numbers are kept in the settings. */
typedef enum { LW_AGAINST_PICTURE, LW_AGAINST_PROPOSAL, LW_AGAINST_REVISION, LW_N_AGAINST } LwAgainst;
typedef enum { LW_SPLIT_VIEW_OFF, LW_SPLIT_VIEW_BESIDE, LW_SPLIT_VIEW_DIVIDER, LW_N_SPLIT_VIEWS } LwSplitView;

/* The properties' names are those of the settings. */
typedef struct {
  LwLabelStyle style;              /* "label-style" */
  gboolean unsure;                 /* "unsure": heat where the model doubts its proposal */
  LwAdjustment picture;            /* "brightness", "contrast", "equalise", "channel" */
  LwSplitView split;               /* "split" */
  LwAgainst against;               /* "against" */
  double divider;                  /* "divider": where it stands, 0..1 of the canvas's width */
  gboolean overview, rulers;       /* "overview", "rulers" */
} LwLookState;

/* All properties notify, so that settings can be bound to them; enums are ints. */
#define LW_TYPE_LOOK (lw_look_get_type ())
G_DECLARE_FINAL_TYPE (LwLook, lw_look, LW, LOOK, GObject)
LwLook *lw_look_new (void);
const LwLookState *lw_look_get (LwLook *look);                    /* lent; always the present state */
void lw_look_step (LwLook *look, const char *property);           /* the next value of an enum, the other one of a boolean */
void lw_look_add (LwLook *look, const char *property, double by); /* to a number, which stays in its range */
void lw_look_reset_picture (LwLook *look);
