/** Tests of the CPU backend, with models that they make themselves. */
@NullMarked
package org.tminus.backend.cpu;

import org.jspecify.annotations.NullMarked;
