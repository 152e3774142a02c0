"""tiny-codi: CoDi's own structure at toy width, with seeded random weights. It means nothing and proves that the service knows no bundle."""
