/** Files that become inputs of a request: images and tensors as JSON. */
@NullMarked
package org.tminus.shell.internal.input;

import org.jspecify.annotations.NullMarked;
