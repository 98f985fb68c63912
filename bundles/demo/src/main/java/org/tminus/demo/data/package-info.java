/** The labelled images that the demo classifies. */
@NullMarked
package org.tminus.demo.data;

import org.jspecify.annotations.NullMarked;
