/** The trainer as a service of the container. */
@NullMarked
package org.tminus.trainer.service;

import org.jspecify.annotations.NullMarked;
