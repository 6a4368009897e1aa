"""The SMT solver cvc5 as a judge of literals and of whole questions; an extra, imported only where it is asked."""
