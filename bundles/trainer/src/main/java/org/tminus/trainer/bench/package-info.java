/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What the benchmark of the command line compares with beside ONNX Runtime, and the models that it makes for itself. No part of what
 * runs in a container, where DJL is not installed.
 */
@NullMarked
package org.tminus.trainer.bench;

import org.jspecify.annotations.NullMarked;
