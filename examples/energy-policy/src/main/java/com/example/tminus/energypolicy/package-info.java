/** A policy that saves energy, configured by Config Admin. */
package com.example.tminus.energypolicy;
