LIMIT %(limit)s OFFSET %(offset)s
