/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import org.tminus.tck.BundleContract;

class JavaBackendBundleTest extends BundleContract {}
