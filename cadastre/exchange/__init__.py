"""Reading and writing files. GDAL is opened only here, with pinned drivers; uploads in a jailed worker."""
