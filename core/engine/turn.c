/* turn.c: one device, several threads, one of which never minds to wait */
#include "config.h"
#include "turn.h"

void
lw_turn_init (LwTurn *turn)
{
  g_mutex_init (&turn->lock);
  g_cond_init (&turn->changed);
  turn->taken = FALSE;
  turn->urgent = 0;
}

void
lw_turn_clear (LwTurn *turn)
{
  g_mutex_clear (&turn->lock);
  g_cond_clear (&turn->changed);
}

static void
take_locked (LwTurn *turn, gboolean urgent)
{
  turn->urgent += urgent ? 1 : 0;
  while (turn->taken || (!urgent && turn->urgent > 0))
    g_cond_wait (&turn->changed, &turn->lock);
  turn->urgent -= urgent ? 1 : 0;
  turn->taken = TRUE;
}

void
lw_turn_take (LwTurn *turn, gboolean urgent)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&turn->lock);
  take_locked (turn, urgent);
}

void
lw_turn_give (LwTurn *turn)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&turn->lock);
  turn->taken = FALSE;
  g_cond_broadcast (&turn->changed);
}

void
lw_turn_step_aside (LwTurn *turn)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&turn->lock);
  if (turn->urgent == 0)
    return;
  turn->taken = FALSE;
  g_cond_broadcast (&turn->changed);
  take_locked (turn, FALSE);
}
