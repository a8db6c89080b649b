/* ask-words.h: a question that is answered with a line of text */
#pragma once

#include <gtk/gtk.h>

/* @suggestions: (element-type utf8) (optional): lines that a click takes. @callback runs where @answer is chosen; @text may be empty. @object is kept until then. */
void lw_ask_words (GtkWidget *near, const char *heading, const char *body, const char *answer, GPtrArray *suggestions, int max_length,
                   void (*callback) (gpointer object, const char *text), gpointer object);
