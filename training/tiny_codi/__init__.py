"""tiny-codi: the structure of CoDi at toy width, with seeded random weights. It only shows that the service knows no bundle."""
