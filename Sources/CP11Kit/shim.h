#pragma once
#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

/* Begins a search for objects of a class that have the attributes an address names; a null attribute is not asked for.
   A template is an array of pointers to its own neighbours, which Swift can only build by nesting closures. */
static inline CK_RV cp11kit_find_init(CK_FUNCTION_LIST *functions, CK_SESSION_HANDLE session, CK_OBJECT_CLASS kind,
                                      const CK_ATTRIBUTE *label, const CK_ATTRIBUTE *identifier) {
    CK_ATTRIBUTE wanted[3] = {{CKA_CLASS, &kind, sizeof kind}};
    CK_ULONG count = 1;
    if (label) wanted[count++] = *label;
    if (identifier) wanted[count++] = *identifier;
    return functions->C_FindObjectsInit(session, wanted, count);
}
