/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import org.tminus.backend.Backend;
import org.tminus.tck.BackendContract;

class JavaBackendTest extends BackendContract {
    @Override
    protected Backend backend() {
        return new JavaBackend();
    }
}
