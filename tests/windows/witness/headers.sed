# What mingw-w64's MAPI headers have wrong, mended in copies of them: one rule a fault. `run` fails when a rule finds
# nothing, so that none outlives its fault.

# A connection is as wide as a pointer (ULONG_PTR): with ULONG a provider writes eight bytes into a place for four.
s/ULONG \*lpulConnection/ULONG_PTR *lpulConnection/g
s/ULONG ulConnection/ULONG_PTR ulConnection/g

# So is a bookmark,
s/typedef ULONG BOOKMARK/typedef ULONG_PTR BOOKMARK/

# and the parameter that holds a window.
s/ULONG ulUIParam/ULONG_PTR ulUIParam/g
s/ULONG \*lpulUIParam/ULONG_PTR *lpulUIParam/g

# RES_COUNT and RES_ANNOTATION, their structures, and their members of the union are missing.
s/^#define RES_COMMENT .*/&\n#define RES_COUNT ((ULONG) 0x0000000B)\n#define RES_ANNOTATION ((ULONG) 0x0000000C)/
s/^  } SCommentRestriction;/&\n  typedef struct { ULONG ulCount; LPSRestriction lpRes; } SCountRestriction;\n  typedef SCommentRestriction SAnnotationRestriction;/
s/^      SCommentRestriction resComment;/&\n      SCountRestriction resCount;\n      SAnnotationRestriction resAnnotation;/

# The value of PT_PTR is missing from the union.
s/^    SCODE err;/    LPVOID lpv;\n&/
