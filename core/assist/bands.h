/* bands.h: one piece of work on several threads, each with a band of rows (private to core/assist) */
#pragma once

#include <glib.h>

#define LW_BANDS_MAX 8

/* Rows from <= y < to belong to @band. */
typedef void (*LwBandFunc) (int band, int from, int to, gpointer data);

/* Cuts 0..rows into @n_bands (1..LW_BANDS_MAX) of about one height and waits for all of them; the caller's thread does the first. */
void lw_bands_run (int n_bands, int rows, LwBandFunc func, gpointer data);
