/* turn.h: whose turn it is on the device: training steps aside for a prediction between two layers */
#pragma once

#include <glib.h>

typedef struct {
  GMutex lock;
  GCond changed;
  gboolean taken;
  guint urgent;         /* predictions that wait for their turn */
} LwTurn;

void lw_turn_init (LwTurn *turn);
void lw_turn_clear (LwTurn *turn);
/* Waits. @urgent: goes before everybody who is not. */
void lw_turn_take (LwTurn *turn, gboolean urgent);
void lw_turn_give (LwTurn *turn);
/* For who holds the turn without urgency: gives it up while somebody urgent wants it, and takes it again. */
void lw_turn_step_aside (LwTurn *turn);
