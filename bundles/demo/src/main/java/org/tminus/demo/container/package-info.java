/** The parts of the demo that live in the container. */
@NullMarked
package org.tminus.demo.container;

import org.jspecify.annotations.NullMarked;
