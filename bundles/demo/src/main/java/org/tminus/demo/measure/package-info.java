/** How rows are measured: side by side in one run, single inputs, from several threads. */
@NullMarked
package org.tminus.demo.measure;

import org.jspecify.annotations.NullMarked;
