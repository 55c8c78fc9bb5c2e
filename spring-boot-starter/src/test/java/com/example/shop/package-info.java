/** The first application of {@code docs/spring-boot.md}: each file is a block of the page, and no other file is here. */
package com.example.shop;
