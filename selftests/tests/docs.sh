#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# docs-lib.sh: of each literal block of the documents whose commands are run it is said
# what it is, and one of which it is not is found.

# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"
# shellcheck source=../docs-lib.sh
. "$LIB_DIR/docs-lib.sh"

# found DESCRIPTION WANTED: what is found in the document that comes
found() {
	cat >"$LIB_TMP/document"
	is "$1" "$(unmarked "$LIB_TMP/document")" "$2"
}

for document in README.md Documentation/{install,netlink,fmipd}.rst; do
	is "$document says what each block is" "$(unmarked "$TOP/$document")" ""
done

found "a paragraph that ends with a block" $'\tmake install' <<'END'
.. test

Then::

	make install
END
found "a block alone" $'\tmake install' <<'END'
.. not run: this is for the next one

::

	make tools

::

	make install
END
found "a block of code" $'\t# reboot' <<'END'
.. code-block:: console

	# reboot
END
found "a block of Markdown" "reboot" <<'END'
<!-- test -->
Text.
```
reboot
```
END
found "a mark without a reason" $'\treboot' <<'END'
.. not run:

::

	reboot
END
found "nothing where there is nothing" "" <<'END'
.. not run: a reason, which may be
   longer

::

	reboot

.. list-table::

.. file name

::

	text::
	more

.. test by a.sh
.. code-block:: console

	# true
END
printf '.. test by a.sh\n\n::\n\n\t# one\n\n.. test\n\n::\n\n\t# two\n' >"$LIB_TMP/document"
is "each script runs its own blocks" \
	"$(blocks "$LIB_TMP/document") $(blocks "$LIB_TMP/document" "test by a.sh")" "# two # one"
tap_done
